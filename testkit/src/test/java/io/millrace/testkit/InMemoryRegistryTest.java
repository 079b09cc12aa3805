package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schemas.RegistrySchemaIds;
import io.millrace.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InMemoryRegistryTest {

  private final InMemoryRegistry registry = InMemoryRegistry.start();

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void shouldGiveOthersTheSchemaWhenItIsRegistered() {
    // Given
    var writer = ids().register(Topics.schemas());
    var schema = Topics.schemas().getFirst();
    // When
    var read = ids().schemaOf(writer.idOf(schema));
    // Then
    assertThat(read).isEqualTo(schema);
  }

  @Test
  void shouldKeepTheIdWhenASchemaIsRegisteredAgain() {
    // Given
    var schema = Topics.schemas().getFirst();
    int id = ids().idOf(schema);
    // When
    int again = ids().register(Topics.schemas()).idOf(schema);
    // Then
    assertThat(again).isEqualTo(id);
  }

  @Test
  void shouldRefuseWhenTheIdIsUnknown() {
    // Given
    var ids = ids();
    // When
    assertThatThrownBy(() -> ids.schemaOf(99))
        // Then
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining("404");
  }

  @Test
  void shouldSayTheCompatibilityWhenItWasSet() throws Exception {
    // Given
    call("PUT", "/config", "{\"compatibility\":\"BACKWARD_TRANSITIVE\"}");
    // When
    var config = call("GET", "/config", "");
    // Then
    assertThat(config).contains("BACKWARD_TRANSITIVE");
  }

  @Test
  void shouldDescribeASubjectWhenItIsRegistered() throws Exception {
    // Given
    var schema = Topics.schemas().getFirst();
    ids().idOf(schema);
    // When
    var latest = call("GET", "/subjects/" + schema.getFullName() + "/versions/latest", "");
    // Then
    assertThat(latest).contains("\"version\":1", "\"id\":1");
    assertThat(call("GET", "/subjects", "")).isEqualTo("[\"" + schema.getFullName() + "\"]");
  }

  private RegistrySchemaIds ids() {
    return RegistrySchemaIds.at(registry.url(), Duration.ofSeconds(5));
  }

  private String call(String method, String path, String body)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(URI.create(registry.url() + path))
              .method(method, BodyPublishers.ofString(body))
              .build();
      return http.send(request, BodyHandlers.ofString()).body();
    }
  }
}
