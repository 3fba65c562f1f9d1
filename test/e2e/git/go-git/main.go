// Runs go-git, unchanged: `clone URL DIRECTORY`, or `fetch DIRECTORY` and `push DIRECTORY REFSPEC...` with the remote origin.
// The credentials are in GIT_USERNAME and GIT_PASSWORD, or there are none.
package main

import (
	"errors"
	"fmt"
	"os"

	git "github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/http"
)

// credentials is nil, as an interface, where there are none: a nil pointer in it would count as some.
func credentials() transport.AuthMethod {
	password, found := os.LookupEnv("GIT_PASSWORD")
	if !found {
		return nil
	}
	return &http.BasicAuth{Username: os.Getenv("GIT_USERNAME"), Password: password}
}

func run(action, target string, more []string) error {
	if action == "clone" {
		_, err := git.PlainClone(more[0], false, &git.CloneOptions{URL: target, Auth: credentials(), Progress: os.Stderr})
		return err
	}
	repository, err := git.PlainOpen(target)
	if err != nil {
		return err
	}
	if action == "fetch" {
		err = repository.Fetch(&git.FetchOptions{Auth: credentials(), Progress: os.Stderr})
		if errors.Is(err, git.NoErrAlreadyUpToDate) {
			return nil
		}
		return err
	}
	var refspecs []config.RefSpec
	for _, refspec := range more {
		refspecs = append(refspecs, config.RefSpec(refspec))
	}
	return repository.Push(&git.PushOptions{RefSpecs: refspecs, Auth: credentials(), Progress: os.Stderr})
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
