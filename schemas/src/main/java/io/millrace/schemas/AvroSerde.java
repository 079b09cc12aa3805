package io.millrace.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Avro values in the Confluent wire format: a zero byte, the schema id as a big-endian int, the
 * binary encoding. The subject of a schema is its full name (Confluent's RecordNameStrategy), so
 * one topic can carry several record types and one type can live on several topics.
 *
 * <p>A value is read with the schema it was written with, resolved to the generated class of the
 * same full name. Safe for concurrent use.
 */
@NullMarked
public final class AvroSerde<T extends SpecificRecord>
    implements Serde<T>, Serializer<T>, Deserializer<T> {

  private static final byte MAGIC = 0;
  private static final int PREFIX_BYTES = 5;

  /** Buffers above this size are given back to the collector instead of staying with the thread. */
  private static final int BUFFER_KEPT_BYTES_MAX = 1 << 20;

  private final Class<T> type;
  private final SchemaIds ids;
  private final Map<Schema, Writer> writers = new ConcurrentHashMap<>();
  private final Map<Integer, DatumReader<SpecificRecord>> readers = new ConcurrentHashMap<>();
  private final ThreadLocal<Buffers> buffers = ThreadLocal.withInitial(Buffers::new);

  /**
   * @param type the generated class, or {@link SpecificRecord} for a topic of several types
   */
  public AvroSerde(Class<T> type, SchemaIds ids) {
    this.type = type;
    this.ids = ids;
  }

  @Override
  public byte @Nullable [] serialize(String topic, @Nullable T value) {
    return value == null ? null : toBytes(value);
  }

  /** The value in wire format. */
  public byte[] toBytes(T value) {
    var writer = writers.get(value.getSchema());
    if (writer == null) {
      writer = writers.computeIfAbsent(value.getSchema(), this::writerOf);
    }
    var mine = buffers.get();
    mine.out.reset();
    mine.out.write(MAGIC);
    mine.out.write(writer.id >>> 24);
    mine.out.write(writer.id >>> 16);
    mine.out.write(writer.id >>> 8);
    mine.out.write(writer.id);
    mine.encoder = EncoderFactory.get().binaryEncoder(mine.out, mine.encoder);
    try {
      writer.datum.write(value, mine.encoder);
      mine.encoder.flush();
    } catch (IOException | RuntimeException e) {
      throw new SerializationException("cannot write " + value.getSchema().getFullName(), e);
    }
    var bytes = mine.out.toByteArray();
    if (bytes.length > BUFFER_KEPT_BYTES_MAX) {
      buffers.remove();
    }
    return bytes;
  }

  @Override
  public @Nullable T deserialize(String topic, byte @Nullable [] bytes) {
    return bytes == null ? null : fromBytes(bytes);
  }

  /**
   * The value in the bytes.
   *
   * @throws SerializationException when they are not of this format or of another type
   */
  public T fromBytes(byte[] bytes) {
    if (bytes.length < PREFIX_BYTES || bytes[0] != MAGIC) {
      throw new SerializationException(
          "not in the Confluent wire format: " + bytes.length + " bytes");
    }
    int id = ByteBuffer.wrap(bytes).getInt(1);
    var reader = readers.get(id);
    if (reader == null) {
      reader = readers.computeIfAbsent(id, this::readerOf);
    }
    var mine = buffers.get();
    mine.decoder =
        DecoderFactory.get()
            .binaryDecoder(bytes, PREFIX_BYTES, bytes.length - PREFIX_BYTES, mine.decoder);
    try {
      return type.cast(reader.read(null, mine.decoder));
    } catch (IOException | RuntimeException e) {
      throw new SerializationException("cannot read a value of schema id " + id, e);
    }
  }

  @Override
  public Serializer<T> serializer() {
    return this;
  }

  @Override
  public Deserializer<T> deserializer() {
    return this;
  }

  @Override
  public void configure(Map<String, ?> configs, boolean isKey) {}

  @Override
  public void close() {}

  private Writer writerOf(Schema schema) {
    return new Writer(ids.idOf(schema), new SpecificDatumWriter<>(schema, dataOf(schema)));
  }

  private DatumReader<SpecificRecord> readerOf(int id) {
    var written = ids.schemaOf(id);
    var data = SpecificData.get();
    var generated = data.getClass(written);
    if (generated == null) {
      throw new SerializationException("no class for schema " + written.getFullName());
    }
    var expected = data.getSchema(generated);
    return new SpecificDatumReader<>(written, expected, dataOf(expected));
  }

  /** The generated class's own model, which knows the conversions of its logical types. */
  private static SpecificData dataOf(Schema schema) {
    return SpecificData.getForSchema(schema);
  }

  private record Writer(int id, DatumWriter<SpecificRecord> datum) {}

  private static final class Buffers {
    final ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    @Nullable BinaryEncoder encoder;
    @Nullable BinaryDecoder decoder;
  }
}
