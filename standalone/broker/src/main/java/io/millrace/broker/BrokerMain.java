package io.millrace.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The broker as a child process: {@code BrokerMain <data directory> <port> <controller port>
 * [key=value ...]}, where a port of 0 is any free one and the pairs are Kafka properties.
 *
 * <p>Standard output carries one line, {@code READY host:port}, once the broker serves; a failed
 * start is one line on standard error. Its log is {@code logs/broker.log} in the data directory.
 * SIGTERM stops it cleanly, the end of its standard input at once (see {@link ParentWatch}).
 */
public final class BrokerMain {
  private BrokerMain() {}

  public static void main(String[] args) {
    if (args.length < 3) {
      System.err.println(
          "usage: BrokerMain <data directory> <port> <controller port> [key=value ...]");
      System.exit(2);
    }
    ParentWatch.start();
    try {
      run(args);
    } catch (Exception failure) {
      System.err.println("broker not started: " + rootMessage(failure));
      // Kafka's threads of a half-started server are not daemons.
      Runtime.getRuntime().halt(1);
    }
  }

  private static void run(String[] args) throws IOException {
    Path dataDir = Path.of(args[0]).toAbsolutePath().normalize();
    logTo(dataDir.resolve("logs"));
    EmbeddedKafka kafka =
        EmbeddedKafka.start(
            dataDir, Integer.parseInt(args[1]), Integer.parseInt(args[2]), properties(args));
    Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "broker-stop"));
    System.out.println("READY " + kafka.bootstrapServers());
  }

  /** Before the first logger exists: the backend reads these once. */
  private static void logTo(Path directory) throws IOException {
    Files.createDirectories(directory);
    System.setProperty("millrace.broker.logs", directory.toString());
    if (System.getProperty("logback.configurationFile") == null) {
      System.setProperty("logback.configurationFile", "broker-logback.xml");
    }
  }

  private static Map<String, String> properties(String[] args) {
    var properties = new TreeMap<String, String>();
    for (int index = 3; index < args.length; index++) {
      int equals = args[index].indexOf('=');
      if (equals <= 0) {
        throw new IllegalArgumentException("not key=value: " + args[index]);
      }
      properties.put(args[index].substring(0, equals), args[index].substring(equals + 1));
    }
    return properties;
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return (message == null ? root.toString() : message).lines().findFirst().orElse("");
  }
}
