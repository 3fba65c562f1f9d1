import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.PushResult;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.RemoteRefUpdate;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;

/**
 * Runs JGit, unchanged: {@code clone URL DIRECTORY}, or {@code fetch DIRECTORY} and {@code push DIRECTORY REFSPEC...} with the remote
 * origin. The credentials are in GIT_USERNAME and GIT_PASSWORD, or there are none.
 */
public class Client {
    public static void main(String[] args) {
        try {
            run(args[0], args[1], Arrays.asList(args).subList(2, args.length));
        } catch (Exception refused) {
            for (Throwable cause = refused; cause != null; cause = cause.getCause()) System.err.println(cause.getMessage());
            System.exit(1);
        }
    }

    private static void run(String action, String target, List<String> more) throws Exception {
        CredentialsProvider credentials = credentials();
        if (action.equals("clone")) {
            File directory = new File(more.get(0));
            Git.cloneRepository().setURI(target).setDirectory(directory).setCredentialsProvider(credentials).call().close();
            return;
        }
        try (Git git = Git.open(new File(target))) {
            if (action.equals("fetch")) git.fetch().setCredentialsProvider(credentials).call();
            else push(git, more, credentials);
        }
    }

    private static void push(Git git, List<String> refspecs, CredentialsProvider credentials) throws Exception {
        List<RefSpec> specs = refspecs.stream().map(RefSpec::new).collect(Collectors.toList());
        for (PushResult result : git.push().setRefSpecs(specs).setCredentialsProvider(credentials).call()) {
            System.err.println(result.getMessages());
            for (RemoteRefUpdate update : result.getRemoteUpdates()) {
                if (update.getStatus() == RemoteRefUpdate.Status.OK) continue;
                throw new Exception(update.getRemoteName() + ": " + update.getMessage());
            }
        }
    }

    /** Null where there are none. */
    private static CredentialsProvider credentials() {
        String password = System.getenv("GIT_PASSWORD");
        return password == null ? null : new UsernamePasswordCredentialsProvider(System.getenv("GIT_USERNAME"), password);
    }
}
