package io.millrace.schemas;

import org.apache.avro.Schema;
import org.jspecify.annotations.NullMarked;

/**
 * Which number stands for which schema in the Confluent wire format. Implementations are safe for
 * concurrent use and answer from memory once they have seen a schema or an id.
 */
@NullMarked
public interface SchemaIds {

  /** Id of the schema, registered under its full name as subject when it is new. */
  int idOf(Schema schema);

  /** Schema that a writer registered under the id. */
  Schema schemaOf(int id);
}
