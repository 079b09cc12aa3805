package io.millrace.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schemas.InMemorySchemaIds;
import io.millrace.schemas.SchemaIds;
import io.millrace.schemas.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CachedSchemaIdsTest {

  @TempDir private Path data = Path.of("");

  @Test
  void shouldAnswerWithoutRegistryWhenEarlierStartAsked() {
    // Given
    var registry = new InMemorySchemaIds();
    var first = ids(CompletableFuture.completedFuture(registry));
    Topics.schemas().forEach(first::idOf);

    // When
    var second = ids(new CompletableFuture<SchemaIds>());

    // Then
    assertThat(Topics.schemas())
        .allSatisfy(
            schema -> {
              assertThat(second.idOf(schema)).isEqualTo(registry.idOf(schema));
              assertThat(second.schemaOf(registry.idOf(schema))).isEqualTo(schema);
            });
  }

  @Test
  void shouldAskRegistryWhenSchemaIsNew() {
    // Given
    var registry = new InMemorySchemaIds();
    var schema = Schema.createRecord("Added", null, "test", false, List.of());
    int id = registry.idOf(schema);

    // When
    var found = ids(CompletableFuture.completedFuture(registry)).schemaOf(id);

    // Then
    assertThat(found).isEqualTo(schema);
    assertThat(ids(new CompletableFuture<SchemaIds>()).schemaOf(id)).isEqualTo(schema);
  }

  @Test
  void shouldComplainWhenRegistryHasOtherIds() {
    // Given
    var first = ids(CompletableFuture.completedFuture(new InMemorySchemaIds()));
    Topics.schemas().forEach(first::idOf);
    var exchanged = new InMemorySchemaIds();
    Topics.schemas().reversed().forEach(exchanged::idOf);

    // When
    var second = ids(CompletableFuture.completedFuture(exchanged));

    // Then
    assertThatThrownBy(second::verify)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("schema registry");
  }

  private CachedSchemaIds ids(CompletableFuture<? extends SchemaIds> registry) {
    return new CachedSchemaIds(data.resolve("schema-ids.json"), registry);
  }
}
