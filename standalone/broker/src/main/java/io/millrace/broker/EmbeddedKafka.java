package io.millrace.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A single-node KRaft broker in this JVM, on the loopback interface, with its data under one
 * directory. The first start formats the directory; a later start continues with what is there, on
 * whatever ports it is given. Several may run in one JVM, each on a directory of its own. The
 * directory must outlive the broker: Kafka halts the JVM when its log directory disappears.
 */
public final class EmbeddedKafka implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedKafka.class);

  private static final int START_ATTEMPTS_MAX = 3;

  private final KafkaRaftServer server;
  private final DirectoryLock lock;
  private final int port;

  private EmbeddedKafka(KafkaRaftServer server, DirectoryLock lock, int port) {
    this.server = server;
    this.lock = lock;
    this.port = port;
  }

  /** Starts on free ports with the settings that suit one machine. */
  public static EmbeddedKafka start(Path dataDir) {
    return start(dataDir, 0, 0, Map.of());
  }

  /**
   * Starts the broker and returns when it serves. A port of 0 means any free one. {@code
   * properties} add to and override the broker's own.
   *
   * @throws DirectoryInUseException when another broker holds the directory
   */
  public static EmbeddedKafka start(
      Path dataDir, int port, int controllerPort, Map<String, String> properties) {
    Path directory = dataDir.toAbsolutePath().normalize();
    DirectoryLock lock = DirectoryLock.acquire(directory);
    try {
      return startLocked(directory, lock, new Ports(port, controllerPort), properties);
    } catch (RuntimeException | Error failure) {
      lock.close();
      throw failure;
    }
  }

  private static EmbeddedKafka startLocked(
      Path directory, DirectoryLock lock, Ports wanted, Map<String, String> properties) {
    RuntimeException lastFailure = new IllegalStateException("not started");
    for (int attempt = 1; attempt <= START_ATTEMPTS_MAX; attempt++) {
      Ports ports = wanted.resolve();
      try {
        KafkaRaftServer server = startServer(directory, ports, properties);
        LOG.atInfo()
            .addKeyValue("port", ports.broker())
            .addKeyValue("directory", directory)
            .log("broker serves");
        return new EmbeddedKafka(server, lock, ports.broker());
      } catch (RuntimeException failure) {
        lastFailure = failure;
        // A free port can be taken between choosing and binding it; only then another try helps.
        if (!wanted.isAnyFree() || ports.areFree()) {
          throw failure;
        }
      }
    }
    throw lastFailure;
  }

  private static KafkaRaftServer startServer(
      Path directory, Ports ports, Map<String, String> properties) {
    Path logDirectory = directory.resolve("log");
    Path metadataDirectory = directory.resolve("metadata");
    format(logDirectory, metadataDirectory);
    Properties all =
        BrokerProperties.of(logDirectory, metadataDirectory, ports.broker(), ports.controller());
    all.putAll(properties);
    var server = new KafkaRaftServer(new KafkaConfig(all, false), Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException | Error failure) {
      server.shutdown();
      throw failure;
    }
    return server;
  }

  private static void format(Path logDirectory, Path metadataDirectory) {
    if (Files.exists(metadataDirectory.resolve("meta.properties"))
        && Files.exists(logDirectory.resolve("meta.properties"))) {
      return;
    }
    try {
      Files.createDirectories(logDirectory);
      Files.createDirectories(metadataDirectory);
      new Formatter()
          .setNodeId(BrokerProperties.NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(logDirectory.toString())
          .addDirectory(metadataDirectory.toString())
          .setMetadataLogDirectory(metadataDirectory.toString())
          .setReleaseVersion(MetadataVersion.latestProduction())
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setUnstableFeatureVersionsEnabled(false)
          .setIgnoreFormatted(true)
          .setControllerListenerName(BrokerProperties.CONTROLLER_LISTENER)
          .setHasDynamicQuorum(false)
          .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
          .run();
    } catch (IOException failure) {
      throw new UncheckedIOException("cannot prepare " + logDirectory.getParent(), failure);
    } catch (Exception failure) {
      throw new IllegalStateException("cannot format " + logDirectory.getParent(), failure);
    }
  }

  /** The address for clients, {@code host:port}. */
  public String bootstrapServers() {
    return BrokerProperties.HOST + ":" + port;
  }

  /** Stops the broker cleanly and lets go of the directory; the data stays. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
    lock.close();
  }

  /** The two listeners' ports; 0 stands for one that is still to be chosen. */
  private record Ports(int broker, int controller) {

    boolean isAnyFree() {
      return broker == 0 || controller == 0;
    }

    /** Holds both sockets open while choosing, so that the two never coincide. */
    Ports resolve() {
      try (ServerSocket first = bind(0);
          ServerSocket second = bind(0)) {
        return new Ports(
            broker == 0 ? first.getLocalPort() : broker,
            controller == 0 ? second.getLocalPort() : controller);
      } catch (IOException failure) {
        throw new UncheckedIOException("no free port", failure);
      }
    }

    boolean areFree() {
      return List.of(broker, controller).stream().allMatch(Ports::isFree);
    }

    private static boolean isFree(int port) {
      try (ServerSocket socket = bind(port)) {
        return socket.isBound();
      } catch (IOException taken) {
        return false;
      }
    }

    private static ServerSocket bind(int port) throws IOException {
      return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
    }
  }
}
