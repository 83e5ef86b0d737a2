import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.maven.repository.internal.MavenRepositorySystemUtils;
import org.codehaus.plexus.ContainerConfiguration;
import org.codehaus.plexus.DefaultContainerConfiguration;
import org.codehaus.plexus.DefaultPlexusContainer;
import org.codehaus.plexus.PlexusConstants;
import org.codehaus.plexus.classworlds.ClassWorld;
import org.eclipse.aether.DefaultRepositorySystemSession;
import org.eclipse.aether.RepositorySystem;
import org.eclipse.aether.artifact.Artifact;
import org.eclipse.aether.artifact.DefaultArtifact;
import org.eclipse.aether.collection.CollectRequest;
import org.eclipse.aether.graph.Dependency;
import org.eclipse.aether.repository.LocalRepository;
import org.eclipse.aether.repository.RemoteRepository;
import org.eclipse.aether.resolution.ArtifactResult;
import org.eclipse.aether.resolution.DependencyRequest;
import org.eclipse.aether.transfer.AbstractTransferListener;
import org.eclipse.aether.transfer.TransferEvent;
import org.eclipse.aether.util.filter.DependencyFilterUtils;
import org.eclipse.aether.util.repository.DefaultMirrorSelector;

/**
 * Finds the jars of coordinates and of what they depend on, by the libraries of the installed Maven. A program of its
 * own, run from its source: what Maven loads has no place among the classes of cells.
 *
 * <p>Arguments: the repository's URL, or "-" to use what is there already; the local repository; the file for the
 * result; and coordinates, of which those after "--" are on the class path already and keep their version. The result
 * is lines of artifact and path, or one line "error" and why.
 */
@SuppressWarnings("deprecation") // what replaces newSession() is not in the Maven of every distribution
public final class Resolve {
  private static final String SCOPE = "runtime";

  public static void main(String[] arguments) throws IOException {
    List<String> given = List.of(arguments);
    Path result = Path.of(given.get(2));
    try {
      Files.write(result, resolve(given.get(0), new File(given.get(1)), given.subList(3, given.size())));
    } catch (Exception failure) {
      Files.write(result, List.of("error\t" + String.valueOf(failure.getMessage()).replace('\n', ' ')));
    }
    System.exit(0);
  }

  private static List<String> resolve(String url, File local, List<String> coordinates) throws Exception {
    RepositorySystem system = container().lookup(RepositorySystem.class);
    DefaultRepositorySystemSession session = MavenRepositorySystemUtils.newSession();
    session.setLocalRepositoryManager(system.newLocalRepositoryManager(session, new LocalRepository(local)));
    session.setTransferListener(new Progress());
    session.setOffline(url.equals("-"));
    String address = session.isOffline() ? "http://localhost/" : url;
    DefaultMirrorSelector mirrors = new DefaultMirrorSelector();
    mirrors.add("registry", address, "default", false, "*", "*");
    session.setMirrorSelector(mirrors);

    CollectRequest collect = new CollectRequest();
    collect.addRepository(new RemoteRepository.Builder("registry", "default", address).build());
    int wanted = coordinates.indexOf("--");
    for (String one : coordinates.subList(0, wanted)) collect.addDependency(dependency(one));
    for (String one : coordinates.subList(wanted + 1, coordinates.size())) {
      collect.addManagedDependency(dependency(one));
    }
    DependencyRequest request = new DependencyRequest(collect, DependencyFilterUtils.classpathFilter(SCOPE));
    List<String> lines = new ArrayList<>();
    for (ArtifactResult found : system.resolveDependencies(session, request).getArtifactResults()) {
      Artifact artifact = found.getArtifact();
      if (artifact.getExtension().equals("jar")) lines.add(describe(artifact) + "\t" + artifact.getFile());
    }
    return lines;
  }

  /** Maven's own parts find each other in it. */
  private static DefaultPlexusContainer container() throws Exception {
    ContainerConfiguration configuration =
        new DefaultContainerConfiguration()
            .setClassWorld(new ClassWorld("plexus.core", Resolve.class.getClassLoader()))
            .setClassPathScanning(PlexusConstants.SCANNING_INDEX)
            .setAutoWiring(true)
            .setName("resolve");
    return new DefaultPlexusContainer(configuration);
  }

  /** group:artifact:version or group:artifact:version:classifier. */
  private static Dependency dependency(String coordinates) {
    String[] parts = coordinates.split(":");
    String classifier = parts.length > 3 ? parts[3] : "";
    return new Dependency(new DefaultArtifact(parts[0], parts[1], classifier, "jar", parts[2]), SCOPE);
  }

  private static String describe(Artifact artifact) {
    String classifier = artifact.getClassifier();
    return artifact.getGroupId() + ":" + artifact.getArtifactId() + ":" + artifact.getVersion()
        + (classifier.isEmpty() ? "" : ":" + classifier);
  }

  private static final class Progress extends AbstractTransferListener {
    @Override
    public void transferSucceeded(TransferEvent event) {
      String name = event.getResource().getResourceName();
      if (!name.endsWith(".jar")) return;
      long kib = (event.getTransferredBytes() + 1023) / 1024;
      System.out.println("downloaded " + name.substring(name.lastIndexOf('/') + 1) + " (" + kib + " KiB)");
    }
  }

  private Resolve() {}
}
