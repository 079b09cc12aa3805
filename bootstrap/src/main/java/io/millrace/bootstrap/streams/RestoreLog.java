package io.millrace.bootstrap.streams;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the log what state was restored and how long that took, as far as it took long. */
final class RestoreLog implements StateRestoreListener {

  private static final Logger LOG = LoggerFactory.getLogger(RestoreLog.class);

  /** Smaller ones are not worth a line. */
  private static final long RECORDS_MIN = 1_000;

  private final String service;
  private final Map<TopicPartition, Long> begins = new ConcurrentHashMap<>();

  RestoreLog(String service) {
    this.service = service;
  }

  @Override
  public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
    begins.put(partition, System.nanoTime());
  }

  @Override
  public void onBatchRestored(TopicPartition partition, String store, long end, long records) {}

  @Override
  public void onRestoreEnd(TopicPartition partition, String store, long records) {
    var begin = begins.remove(partition);
    if (begin != null && records >= RECORDS_MIN) {
      LOG.atInfo()
          .addKeyValue("service", service)
          .addKeyValue("partition", partition)
          .addKeyValue("records", records)
          .addKeyValue("durationMs", Duration.ofNanos(System.nanoTime() - begin).toMillis())
          .log("state restored");
    }
  }
}
