// Runs GitLab's client for Go, unchanged, through what Keyside has of GitLab's API; prints each chapter that passed.
// glab and the Terraform provider are built on this client.
//
// Usage: client-go URL TOKEN, where TOKEN is an administrator's personal access token with the scope api.
package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	gitlab "gitlab.com/gitlab-org/api/client-go"
)

func connect(url, token string) *gitlab.Client {
	// A refusal is an answer to look at, none to try again.
	client, err := gitlab.NewClient(token, gitlab.WithBaseURL(url), gitlab.WithCustomRetryMax(0))
	if err != nil {
		panic(err)
	}
	return client
}

// got is what a call answers; a refused call ends the program.
func got[T any](answer T, _ *gitlab.Response, err error) T {
	done(err)
	return answer
}

// done ends the program if a call was refused.
func done(err error) {
	if err != nil {
		panic(err)
	}
}

// gone ends the program if a deletion was refused.
func gone(_ *gitlab.Response, err error) { done(err) }

func check(holds bool, what string, seen any) {
	if !holds {
		panic(fmt.Sprintf("%s: %+v", what, seen))
	}
}

func checkStatus(response *gitlab.Response, status int) {
	check(response != nil && response.StatusCode == status, fmt.Sprintf("expected %d", status), response)
}

func main() {
	url, secret := os.Args[1], os.Args[2]
	root := connect(url, secret)

	version := got(root.Version.GetVersion())
	check(version.Version != "" && version.Revision != "", "version", version)
	check(got(root.Users.CurrentUser()).Username == "root", "current user", version)
	_, response, _ := connect(url, "wrong").Users.CurrentUser()
	checkStatus(response, http.StatusUnauthorized)
	fmt.Println("instance")

	// It sends every parameter of this call: an empty text for those that are not given.
	feature := got(root.Features.SetFeatureFlag("resource_access_token", &gitlab.SetFeatureFlagOptions{Value: true}))
	check(feature.State == "on", "feature", feature)
	check(len(got(root.Features.ListFeatures())) == 1, "features", feature)
	_, response, _ = root.Features.SetFeatureFlag("resource_access_token", &gitlab.SetFeatureFlagOptions{Value: true, User: "root"})
	checkStatus(response, http.StatusBadRequest)
	fmt.Println("features")

	account := func(username string) *gitlab.User {
		return got(root.Users.CreateUser(&gitlab.CreateUserOptions{
			Username: &username, Name: &username, Email: gitlab.Ptr(username + "@example.com"),
			Password: gitlab.Ptr("a long enough password"), External: gitlab.Ptr(false), SkipConfirmation: gitlab.Ptr(true),
		}))
	}
	gwen, gil := account("gwen"), account("gil")
	check(gwen.State == "active" && !gwen.External && gwen.CreatedAt != nil, "user", gwen)
	done(root.Users.BlockUser(gil.ID))
	check(got(root.Users.GetUser(gil.ID, gitlab.GetUsersOptions{})).State == "blocked", "blocked", gil)
	done(root.Users.UnblockUser(gil.ID))
	found := got(root.Users.ListUsers(&gitlab.ListUsersOptions{Username: gitlab.Ptr("gil")}))
	check(len(found) == 1 && found[0].ID == gil.ID, "users", found)
	own := got(root.Users.CreatePersonalAccessToken(gwen.ID, &gitlab.CreatePersonalAccessTokenOptions{
		Name: gitlab.Ptr("own"), Scopes: &[]string{"api", "read_registry"},
	}))
	person := connect(url, own.Token)
	fmt.Println("users")

	group := got(person.Groups.CreateGroup(&gitlab.CreateGroupOptions{Name: gitlab.Ptr("Go"), Path: gitlab.Ptr("go")}))
	sub := got(person.Groups.CreateGroup(&gitlab.CreateGroupOptions{
		Name: gitlab.Ptr("Sub"), Path: gitlab.Ptr("sub"), ParentID: &group.ID,
	}))
	check(got(person.Groups.GetGroup("go/sub", nil)).FullName == "Go / Sub", "group", sub)
	changed := got(person.Groups.UpdateGroup(group.ID, &gitlab.UpdateGroupOptions{Description: gitlab.Ptr("Gophers")}))
	check(changed.Description == "Gophers", "group", changed)
	fmt.Println("groups")

	namespaces := got(person.Namespaces.ListNamespaces(&gitlab.ListNamespacesOptions{}))
	check(len(namespaces) == 3 && namespaces[1].FullPath == "go/sub", "namespaces", namespaces)
	namespaces = got(person.Namespaces.SearchNamespace("gwen"))
	check(len(namespaces) == 1 && namespaces[0].Kind == "user", "namespaces", namespaces)
	check(got(person.Namespaces.GetNamespace("go/sub")).ID == sub.ID, "namespace", sub)
	_, response, _ = person.Namespaces.GetNamespace("gil")
	checkStatus(response, http.StatusNotFound)
	fmt.Println("namespaces")

	project := got(person.Projects.CreateProject(&gitlab.CreateProjectOptions{
		Name: gitlab.Ptr("App"), NamespaceID: &sub.ID, Visibility: gitlab.Ptr(gitlab.PrivateVisibility),
		ContainerRegistryAccessLevel: gitlab.Ptr(gitlab.EnabledAccessControl),
	}))
	// Terraform's gitlab_project waits for an import to end unless this says that there is none.
	check(project.ImportStatus == "none", "import status", project)
	check(project.PathWithNamespace == "go/sub/app" && project.Namespace.ID == sub.ID, "project", project)
	project = got(person.Projects.EditProject(project.ID, &gitlab.EditProjectOptions{Description: gitlab.Ptr("An app")}))
	check(got(person.Projects.GetProject("go/sub/app", nil)).Description == "An app", "project", project)
	direct := got(person.Groups.ListGroupProjects("go", nil))
	check(len(direct) == 0, "projects of a group", direct)
	below := got(person.Groups.ListGroupProjects("go", &gitlab.ListGroupProjectsOptions{IncludeSubGroups: gitlab.Ptr(true)}))
	check(len(below) == 1 && below[0].ID == project.ID, "projects below a group", below)
	fmt.Println("projects")

	member := got(person.ProjectMembers.AddProjectMember(project.ID, &gitlab.AddProjectMemberOptions{
		UserID: gil.ID, AccessLevel: gitlab.Ptr(gitlab.DeveloperPermissions),
	}))
	check(member.AccessLevel == gitlab.DeveloperPermissions, "member", member)
	member = got(person.ProjectMembers.EditProjectMember(project.ID, gil.ID, &gitlab.EditProjectMemberOptions{
		AccessLevel: gitlab.Ptr(gitlab.ReporterPermissions),
	}))
	check(got(person.ProjectMembers.GetInheritedProjectMember(project.ID, gil.ID)).AccessLevel == 20, "member", member)
	gone(person.ProjectMembers.DeleteProjectMember(project.ID, gil.ID))
	fmt.Println("members")

	expiry := gitlab.ISOTime(time.Date(2027, time.January, 1, 0, 0, 0, 0, time.UTC))
	token := got(person.ProjectAccessTokens.CreateProjectAccessToken(project.ID, &gitlab.CreateProjectAccessTokenOptions{
		Name: gitlab.Ptr("ci"), Scopes: &[]string{"api", "read_registry"}, ExpiresAt: &expiry,
		AccessLevel: gitlab.Ptr(gitlab.MaintainerPermissions),
	}))
	check(token.Active && token.AccessLevel == 40 && token.ExpiresAt.String() == "2027-01-01", "token", token)
	check(got(connect(url, token.Token).Users.CurrentUser()).ID == token.UserID, "bot", token)
	// Without options, its body is the JSON text null.
	itself := got(connect(url, token.Token).ProjectAccessTokens.RotateProjectAccessTokenSelf(project.ID, nil))
	check(itself.UserID == token.UserID && itself.Token != token.Token, "rotated itself", itself)
	rotated := got(person.ProjectAccessTokens.RotateProjectAccessToken(project.ID, itself.ID, nil))
	again := got(connect(url, rotated.Token).PersonalAccessTokens.RotatePersonalAccessTokenSelf(nil))
	all := got(person.ProjectAccessTokens.ListProjectAccessTokens(project.ID, nil))
	check(len(all) == 4 && all[0].ID == again.ID && all[1].Revoked, "tokens", all)
	check(got(person.ProjectAccessTokens.GetProjectAccessToken(project.ID, again.ID)).Name == "ci", "token", again)
	gone(person.ProjectAccessTokens.RevokeProjectAccessToken(project.ID, again.ID))
	response, _ = person.ProjectAccessTokens.RevokeProjectAccessToken(project.ID, again.ID)
	checkStatus(response, http.StatusNotFound)
	check(got(person.PersonalAccessTokens.GetSinglePersonalAccessToken()).Name == "own", "own token", own)
	fmt.Println("tokens")

	events := got(person.Events.ListProjectVisibleEvents(project.ID, nil))
	check(len(events) > 5 && events[0].ActionName == "revoked", "events", events)
	check(len(got(person.Events.ListCurrentUserContributionEvents(nil))) > 0, "events", events)
	fmt.Println("events")

	response, _ = person.Groups.DeleteGroup(group.ID, nil)
	checkStatus(response, http.StatusConflict)
	gone(person.Projects.DeleteProject(project.ID, nil))
	// The Terraform provider asks until the project is not found.
	_, response, _ = person.Projects.GetProject(project.ID, nil)
	checkStatus(response, http.StatusNotFound)
	gone(person.Groups.DeleteGroup(sub.ID, nil))
	gone(person.Groups.DeleteGroup(group.ID, nil))
	gone(root.Users.DeleteUser(gwen.ID))
	gone(root.Users.DeleteUser(gil.ID))
	gone(root.Features.DeleteFeatureFlag("resource_access_token"))
	fmt.Println("removals")
}
