package io.millrace.schemas;

import java.nio.charset.StandardCharsets;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.NullMarked;

/**
 * A topic's name and the type of its values. Keys are UTF-8 text everywhere.
 *
 * @param <V> the one record type, or {@link SpecificRecord} where several share the topic
 */
@NullMarked
public record Topic<V extends SpecificRecord>(String name, AvroSerde<V> serde) {

  /**
   * Header that names the request a record is about, on replies, results and deltas: a reader that
   * waits for a few requests skips the others without decoding them.
   */
  public static final String REQUEST_ID_HEADER = "request-id";

  /**
   * A record ready for a byte producer, partitioned by its key, with the request named in front.
   */
  public ProducerRecord<byte[], byte[]> record(String key, V value, String requestId) {
    var record =
        new ProducerRecord<>(name, key.getBytes(StandardCharsets.UTF_8), serde.toBytes(value));
    nameRequest(record.headers(), requestId);
    return record;
  }

  /** Writes {@link #REQUEST_ID_HEADER}. */
  public static void nameRequest(Headers headers, String requestId) {
    headers.add(REQUEST_ID_HEADER, requestId.getBytes(StandardCharsets.ISO_8859_1));
  }
}
