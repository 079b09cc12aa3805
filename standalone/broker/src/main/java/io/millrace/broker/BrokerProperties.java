package io.millrace.broker;

import java.nio.file.Path;
import java.util.Properties;

/**
 * The settings of a broker that is alone on a small machine: quick to start, to join and to come
 * back after a kill, frugal with threads and heap.
 */
final class BrokerProperties {
  static final int NODE_ID = 1;
  static final String HOST = "127.0.0.1";
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  // Inline bodies end at 512 KiB, but a record may carry several; clients are configured to match.
  private static final int MESSAGE_BYTES_MAX = 18 * 1024 * 1024;
  private static final int CLEANER_DEDUPE_BYTES = 8 * 1024 * 1024;

  private BrokerProperties() {}

  static Properties of(Path logDirectory, Path metadataDirectory, int port, int controllerPort) {
    var properties = new Properties();
    node(properties, port, controllerPort);
    properties.put("log.dirs", logDirectory.toString());
    properties.put("metadata.log.dir", metadataDirectory.toString());
    internalTopics(properties);
    timing(properties);
    limits(properties);
    return properties;
  }

  private static void node(Properties properties, int port, int controllerPort) {
    String broker = "PLAINTEXT://" + HOST + ":" + port;
    String controller = HOST + ":" + controllerPort;
    properties.put("node.id", String.valueOf(NODE_ID));
    properties.put("process.roles", "broker,controller");
    properties.put("listeners", broker + "," + CONTROLLER_LISTENER + "://" + controller);
    properties.put("advertised.listeners", broker);
    properties.put(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT," + CONTROLLER_LISTENER + ":PLAINTEXT");
    properties.put("inter.broker.listener.name", "PLAINTEXT");
    properties.put("controller.listener.names", CONTROLLER_LISTENER);
    properties.put("controller.quorum.voters", NODE_ID + "@" + controller);
    properties.put("auto.create.topics.enable", "false");
    properties.put("num.partitions", "1");
  }

  private static void internalTopics(Properties properties) {
    for (String topic : new String[] {"offsets.topic", "transaction.state.log"}) {
      properties.put(topic + ".replication.factor", "1");
      properties.put(topic + ".num.partitions", "8");
    }
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("share.coordinator.state.topic.num.partitions", "1");
    // The default of 100 MiB is preallocated on some file systems, and read back at each start.
    properties.put("offsets.topic.segment.bytes", String.valueOf(16 * 1024 * 1024));
    properties.put("transaction.state.log.segment.bytes", String.valueOf(16 * 1024 * 1024));
  }

  private static void timing(Properties properties) {
    // A killed broker comes back only once its own former session has run out.
    properties.put("broker.session.timeout.ms", "1000");
    properties.put("broker.heartbeat.interval.ms", "200");
    properties.put("group.initial.rebalance.delay.ms", "0");
    // A transaction that follows another at once waits so long for the markers of the first; the
    // default of 20 ms is longer than the transactions here.
    properties.put("add.partitions.to.txn.retry.backoff.ms", "1");
    properties.put("group.min.session.timeout.ms", "1000");
    for (String protocol : new String[] {"consumer", "streams"}) {
      properties.put("group." + protocol + ".min.heartbeat.interval.ms", "500");
      properties.put("group." + protocol + ".heartbeat.interval.ms", "500");
      properties.put("group." + protocol + ".min.session.timeout.ms", "1000");
    }
  }

  private static void limits(Properties properties) {
    properties.put("message.max.bytes", String.valueOf(MESSAGE_BYTES_MAX));
    properties.put("replica.fetch.max.bytes", String.valueOf(MESSAGE_BYTES_MAX));
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "4");
    properties.put("num.recovery.threads.per.data.dir", "2");
    properties.put("background.threads", "2");
    properties.put("log.cleaner.dedupe.buffer.size", String.valueOf(CLEANER_DEDUPE_BYTES));
  }
}
