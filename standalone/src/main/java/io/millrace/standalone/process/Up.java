package io.millrace.standalone.process;

import io.millrace.bootstrap.ConfigException;
import io.millrace.bootstrap.ConfigLoader;
import io.millrace.schemas.config.MillraceConfig;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * All of Millrace on this machine, from the command to the exit code: takes the data folder, starts
 * an {@link AllInOne}, says that it is ready, watches it and stops it.
 */
public final class Up {

  private static final Duration PORT_PATIENCE = Duration.ofSeconds(1);

  /** Children of a process that was killed take a moment to notice. */
  private static final Duration CHILD_PORT_PATIENCE = Duration.ofSeconds(6);

  /** What stopping takes at most beside the drain of running calls. */
  private static final Duration STOP_MARGIN = Duration.ofSeconds(30);

  private static final Duration FAILED_STOP_LIMIT = Duration.ofSeconds(15);

  private final UpOptions options;
  private final Map<String, String> environment;
  private final StopRequest stop = new StopRequest();

  public Up(UpOptions options, Map<String, String> environment) {
    this.options = options;
    this.environment = environment;
  }

  /** Runs until it is told to stop or cannot go on; returns the exit code. */
  public int run() throws IOException {
    var config = options.over(read());
    try (var data = DataDirectory.take(options.data())) {
      Logging.toFile(data.path(), "millrace");
      Endpoints.delete(data.path());
      checkPorts(config);
      var credentials = Credentials.of(data.path(), config, environment, new SecureRandom());
      credentials.warnings().forEach(warning -> System.err.println("millrace: " + warning));
      PriceWarnings.print(config, Clock.systemUTC().instant());
      System.err.println("Starting Millrace in " + options.data());
      return serve(data, config, credentials);
    }
  }

  private int serve(DataDirectory data, MillraceConfig config, Credentials credentials) {
    try (var all = new AllInOne(options.home(), data, stop)) {
      Signals.onStop(
          () -> {
            stop.inOrder();
            all.abandonStart();
          });
      all.start(credentials.applied(), credentials.adminKeySha256());
      if (!stop.isMade()) {
        credentials.save();
        all.endpoints().write(data.path());
        announce(all, credentials);
      }
      int exitCode = stop.await();
      stop.limit(
          exitCode == 0 ? config.workers().drainTimeout().plus(STOP_MARGIN) : FAILED_STOP_LIMIT);
      Endpoints.delete(data.path());
      return exitCode;
    }
  }

  private void announce(AllInOne all, Credentials credentials) {
    System.out.println(
        "Millrace is ready at %s %s%s"
            .formatted(
                all.endpoints().http(),
                credentials.keyPhrase(),
                all.simulatedModels() > 0
                    ? " (simulator stands in for " + all.simulatedModels() + " models)"
                    : ""));
    System.out.flush();
    credentials.notes().forEach(note -> System.err.println("First start: " + note));
  }

  private MillraceConfig read() {
    return options
        .config()
        .map(file -> new ConfigLoader(environment).read(file, MillraceConfig.class))
        .orElseGet(MillraceConfig::defaults);
  }

  private static void checkPorts(MillraceConfig config) {
    var http = config.http();
    if (config.kafka().embedded() != config.schemaRegistry().embedded()) {
      throw new ConfigException(
          "kafka.embedded and schemaRegistry.embedded must be the same in this version");
    }
    checkDistinct(
        List.of(
            http.port(),
            http.managementPort(),
            config.kafka().port(),
            config.schemaRegistry().port()));
    PortCheck.free(http.host(), http.port(), "--port or http.port", PORT_PATIENCE);
    PortCheck.free(
        http.host(),
        http.managementPort(),
        "--management-port or http.managementPort",
        PORT_PATIENCE);
    if (config.kafka().embedded()) {
      PortCheck.free(
          AllInOne.LOOPBACK,
          config.kafka().port(),
          "--kafka-port or kafka.port",
          CHILD_PORT_PATIENCE);
      PortCheck.free(
          AllInOne.LOOPBACK,
          config.schemaRegistry().port(),
          "--registry-port or schemaRegistry.port",
          CHILD_PORT_PATIENCE);
    }
  }

  private static void checkDistinct(List<Integer> ports) {
    var fixed = ports.stream().filter(port -> port > 0).toList();
    if (fixed.stream().distinct().count() < fixed.size()) {
      throw new ConfigException("two services have the same port: " + fixed);
    }
  }
}
