package io.millrace.schemas;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.NullMarked;

/**
 * Ids for one process that shares them with no other, as topology tests and benchmarks need them.
 */
@NullMarked
public final class InMemorySchemaIds implements SchemaIds {

  private final Map<Schema, Integer> ids = new ConcurrentHashMap<>();
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

  @Override
  public int idOf(Schema schema) {
    return ids.computeIfAbsent(
        schema,
        added -> {
          int id = schemas.size() + 1;
          while (schemas.putIfAbsent(id, added) != null) {
            id++;
          }
          return id;
        });
  }

  @Override
  public Schema schemaOf(int id) {
    var schema = schemas.get(id);
    if (schema == null) {
      throw new SerializationException("no schema has id " + id);
    }
    return schema;
  }
}
