package io.millrace.dispatcher;

import org.apache.kafka.common.TopicPartition;

/** May know Kafka. */
public final class WiringForTestService {

  private WiringForTestService() {}

  /** Any use of it. */
  public static int wire(TopicPartition partition) {
    return partition.partition();
  }
}
