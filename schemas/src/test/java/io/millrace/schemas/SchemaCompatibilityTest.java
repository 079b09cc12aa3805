package io.millrace.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaParser;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What a released version wrote can be read by this one: BACKWARD_TRANSITIVE, held against every
 * folder of {@code src/test/released}. A release adds a folder with its schemas and changes none.
 */
class SchemaCompatibilityTest {

  private static final Path RELEASED = Path.of("src", "test", "released");
  private static final Set<String> PARTS =
      Set.of(
          Usage.SCHEMA$.getFullName(),
          AttachedFile.SCHEMA$.getFullName(),
          BatchError.SCHEMA$.getFullName());

  private static final Map<String, Schema> CURRENT =
      Topics.schemas().stream().collect(Collectors.toMap(Schema::getFullName, Function.identity()));

  @ParameterizedTest
  @MethodSource("released")
  void shouldReadWhatAReleaseWroteWhenTheSchemaChanges(Schema written) {
    // Given
    assertThat(CURRENT).containsKey(written.getFullName());
    var current = CURRENT.get(written.getFullName());
    // When
    var compatibility = SchemaCompatibility.checkReaderWriterCompatibility(current, written);
    // Then
    assertThat(compatibility.getType())
        .as(compatibility.getDescription())
        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  static Stream<Arguments> released() throws IOException {
    var all = new ArrayList<Arguments>();
    for (var release : listed(RELEASED)) {
      // The files name each other's types, so one parser reads a release as a whole.
      var parser = new SchemaParser();
      for (var file : listed(release)) {
        parser.parse(file);
      }
      parser.getParsedNamedSchemas().stream()
          .filter(schema -> isWrittenAlone(schema, release))
          .map(schema -> argumentSet(release.getFileName() + " " + schema.getName(), schema))
          .forEach(all::add);
    }
    return all.stream();
  }

  /** The others are only ever part of a record, and checked with it. */
  private static boolean isWrittenAlone(Schema schema, Path release) {
    return schema.getType() == Schema.Type.RECORD
        && Files.exists(release.resolve(schema.getName() + ".avsc"))
        && !PARTS.contains(schema.getFullName());
  }

  private static List<Path> listed(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }
}
