package io.millrace.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointsTest {

  private static final Endpoints ALL =
      new Endpoints(
          "http://127.0.0.1:8080",
          "http://127.0.0.1:8090",
          "127.0.0.1:9092",
          "http://127.0.0.1:8081/apis/ccompat/v7",
          "http://127.0.0.1:9000",
          Map.of("millrace", 7L));

  @TempDir private Path data = Path.of("");

  @Test
  void shouldReadWhatWasWritten() {
    // Given
    ALL.write(data);

    // When
    var read = Endpoints.read(data);

    // Then
    assertThat(read).contains(ALL);
  }

  @Test
  void shouldLeaveOutWhatThereIsNot() throws IOException {
    // Given
    var without = new Endpoints("", "http://127.0.0.1:8090", "k:1", "http://r", "", Map.of());

    // When
    without.write(data);

    // Then
    var json = new ObjectMapper().readTree(Files.readString(data.resolve("endpoints.json")));
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("management", "kafka", "schemaRegistry");
    assertThat(Endpoints.read(data)).contains(without);
  }

  @Test
  void shouldBeEmptyWhenDeletedOrDamaged() throws IOException {
    // Given
    ALL.write(data);

    // When
    Endpoints.delete(data);

    // Then
    assertThat(Endpoints.read(data)).isEmpty();
    Files.writeString(data.resolve("endpoints.json"), "{");
    assertThat(Endpoints.read(data)).isEmpty();
  }
}
