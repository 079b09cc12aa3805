package io.millrace.standalone.process;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schemas.SchemaIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Schema ids of an embedded registry, remembered in a file, so that services start while the
 * registry still does. An id never changes its schema, so what is remembered needs no asking; what
 * is not waits for the registry.
 */
final class CachedSchemaIds implements SchemaIds {

  private final ObjectMapper json = new ObjectMapper();
  private final Path file;
  private final Future<? extends SchemaIds> registry;
  private final Map<Schema, Integer> ids = new ConcurrentHashMap<>();
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

  /**
   * @param registry done when the registry answers
   */
  CachedSchemaIds(Path file, Future<? extends SchemaIds> registry) {
    this.file = file;
    this.registry = registry;
    load();
  }

  @Override
  public int idOf(Schema schema) {
    var known = ids.get(schema);
    return known == null ? remember(registry().idOf(schema), schema) : known;
  }

  @Override
  public Schema schemaOf(int id) {
    var known = schemas.get(id);
    if (known == null) {
      known = registry().schemaOf(id);
      remember(id, known);
    }
    return known;
  }

  /**
   * Compares what is remembered with the registry, now that it answers.
   *
   * @throws IllegalStateException when the registry has other ids: it is not the one these came
   *     from
   */
  void verify() {
    for (var entry : ids.entrySet()) {
      int id = registry().idOf(entry.getKey());
      if (id != entry.getValue()) {
        throw new IllegalStateException(
            "the schema registry calls %s %d, earlier records call it %d: its data was lost or exchanged; restore it"
                .formatted(entry.getKey().getFullName(), id, entry.getValue()));
      }
    }
  }

  private int remember(int id, Schema schema) {
    ids.putIfAbsent(schema, id);
    schemas.putIfAbsent(id, schema);
    save();
    return id;
  }

  private SchemaIds registry() {
    try {
      return registry.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SerializationException("interrupted while the schema registry starts", e);
    } catch (ExecutionException e) {
      throw new SerializationException("no schema registry", e.getCause());
    }
  }

  private void load() {
    if (!Files.exists(file)) {
      return;
    }
    try {
      Map<Integer, String> all =
          json.readValue(Files.readAllBytes(file), new TypeReference<Map<Integer, String>>() {});
      all.forEach(
          (id, text) -> {
            var schema = new Schema.Parser().parse(text);
            ids.put(schema, id);
            schemas.put(id, schema);
          });
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  private synchronized void save() {
    var all = new TreeMap<Integer, String>();
    schemas.forEach((id, schema) -> all.put(id, schema.toString()));
    try {
      AtomicFile.write(file, json.writeValueAsBytes(all));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
