package sandcell.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The jars that `%maven` has brought to the class path of a context. */
final class Packages {
  private static final Pattern COORDINATES = Pattern.compile("[\\w.-]+(:[\\w.\\[\\](),+-]+){2,3}");
  private static final String RESOLVER = "/opt/sandcell/guests/java/maven/Resolve.java";

  private final CellRunner runner;
  private final Consumer<String> addToClasspath;

  /** group:artifact, with its classifier where it has one → version. */
  private final Map<String, String> versions = new LinkedHashMap<>();

  Packages(CellRunner runner, Consumer<String> addToClasspath) {
    this.runner = runner;
    this.addToClasspath = addToClasspath;
  }

  /** Finds jars and what they depend on, and adds them. Returns what there is to say of it. */
  List<String> install(List<String> coordinates) throws InstallError, IOException, InterruptedException {
    for (String one : coordinates) {
      if (!COORDINATES.matcher(one).matches()) {
        throw new InstallError(one + " is not of the form group:artifact:version or group:artifact:version:classifier");
      }
    }
    if (coordinates.isEmpty()) throw new InstallError("%maven takes group:artifact:version");
    List<String> added = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    for (String line : resolve(coordinates)) {
      String[] found = line.split("\t");
      String[] parts = found[0].split(":");
      String name = parts[0] + ":" + parts[1] + (parts.length > 3 ? ":" + parts[3] : "");
      String before = versions.putIfAbsent(name, parts[2]);
      if (before == null) {
        addToClasspath.accept(found[1]);
        added.add(found[0]);
      } else if (!before.equals(parts[2])) {
        notes.add(name + " stays at version " + before + ", which this context has already; " + parts[2] + " needs a new context");
      }
    }
    System.out.println(added.isEmpty() ? "nothing to add: all of it is on the class path" : "added to the class path: " + String.join(", ", added));
    return notes;
  }

  private List<String> resolve(List<String> coordinates) throws InstallError, IOException, InterruptedException {
    String proxy = System.getenv("HTTP_PROXY");
    Path home = mavenHome();
    Path result = Files.createTempFile("sandcell-maven-", ".txt");
    try {
      List<String> command = new ArrayList<>(List.of(
          System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m",
          "-cp", home + "/lib/*:" + home + "/boot/*", RESOLVER,
          proxy == null ? "-" : proxy.replaceAll("/$", "") + "/maven/",
          Path.of(System.getProperty("user.home"), ".m2", "repository").toString(), result.toString()));
      // Parts of Maven use what newer JDKs warn of.
      if (Runtime.version().feature() >= 23) command.add(1, "--sun-misc-unsafe-memory-access=allow");
      command.addAll(coordinates);
      command.add("--");
      command.addAll(known());
      int code = run(command);
      List<String> lines = Files.readAllLines(result);
      if (lines.size() == 1 && lines.get(0).startsWith("error\t")) {
        throw new InstallError(lines.get(0).substring("error\t".length()) + hint(proxy));
      }
      if (code != 0) throw new InstallError("Maven's libraries in " + home + " ended with exit code " + code + hint(proxy));
      return lines.stream().filter(line -> line.indexOf('\t') > 0).collect(Collectors.toList());
    } finally {
      Files.deleteIfExists(result);
    }
  }

  private List<String> known() {
    return versions.entrySet().stream()
        .map(entry -> {
          String[] name = entry.getKey().split(":");
          return name[0] + ":" + name[1] + ":" + entry.getValue() + (name.length > 2 ? ":" + name[2] : "");
        })
        .collect(Collectors.toList());
  }

  private int run(List<String> command) throws IOException, InterruptedException {
    System.out.flush();
    Process process = new ProcessBuilder(command).inheritIO().start();
    runner.started(process);
    try {
      return process.waitFor();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String hint(String proxy) {
    return proxy == null ? "\nThis sandbox has no network (setting network: none): what is installed must be among its files." : "";
  }

  /** The folder of the Maven whose command is on the PATH. */
  private static Path mavenHome() throws InstallError, IOException {
    for (String folder : System.getenv().getOrDefault("PATH", "").split(":")) {
      Path command = Path.of(folder, "mvn");
      if (!folder.startsWith("/") || !Files.isExecutable(command)) continue;
      Path home = command.toRealPath().getParent().getParent();
      if (Files.isDirectory(home.resolve("lib"))) return home;
    }
    throw new InstallError("%maven needs Maven, and none is installed on the machine where the server runs; jars can be had without it: "
        + "put them into /workspace and load them with a URLClassLoader");
  }
}
