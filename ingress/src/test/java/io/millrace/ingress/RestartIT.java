package io.millrace.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.bootstrap.KafkaClients;
import io.millrace.broker.EmbeddedKafka;
import io.millrace.schemas.RequestSubmitted;
import io.millrace.schemas.config.IngressConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients see when ingress stops, when it starts again, and when Kafka is away. */
class RestartIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  @Test
  void shouldKnowWhatWasAcceptedWhenItStartsAgain() throws Exception {
    try (var millrace = new Installation(directory)) {
      // Given
      var accepted = millrace.send(millrace.chat().header("Prefer", "respond-async"));
      var id = JSON.readTree(accepted.body()).path("id").asText();
      var waiting = millrace.sendAsync(millrace.chat().header("Millrace-Tags", "test=left"));
      millrace.await(RequestSubmitted.class, r -> r.getTags().containsKey("test"));
      // When
      millrace.restart();
      // Then
      var left = waiting.get(1, TimeUnit.SECONDS);
      assertThat(left.statusCode()).isEqualTo(503);
      assertThat(left.headers().firstValue("retry-after")).contains("1");
      assertThat(millrace.service().isReady()).isTrue();
      assertThat(millrace.send(millrace.call("/v1/requests/" + id)).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldNeverAcceptWhenKafkaIsAway() throws Exception {
    // Given
    var kafka = EmbeddedKafka.start(directory.resolve("kafka"));
    int port = Integer.parseInt(kafka.bootstrapServers().replaceFirst(".*:", ""));
    var clients = new KafkaClients(kafka.bootstrapServers(), Map.of());
    try (var millrace =
        new Installation(
            directory.resolve("ingress"),
            clients,
            config -> {
              var d = IngressConfig.defaults();
              return config.withIngress(
                  new IngressConfig(
                      d.unacknowledgedMax(),
                      d.unacknowledgedBytesMax(),
                      d.waitingMax(),
                      d.eventLoops(),
                      Duration.ofSeconds(2),
                      d.waitMax(),
                      d.resultRetention()));
            })) {
      var call = millrace.chat().header("Prefer", "respond-async");
      assertThat(millrace.send(call).statusCode()).isEqualTo(202);
      // When
      kafka.close();
      var slow = millrace.send(call);
      var quick = millrace.send(call);
      var waiting = millrace.send(millrace.chat());
      // Then
      assertThat(slow.statusCode()).isEqualTo(503);
      assertThat(slow.headers().firstValue("retry-after")).contains("1");
      assertThat(quick.statusCode()).isEqualTo(503);
      assertThat(waiting.statusCode()).isEqualTo(503);
      // And when it is back
      try (var again = EmbeddedKafka.start(directory.resolve("kafka"), port, 0, Map.of())) {
        await()
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(() -> assertThat(millrace.send(call).statusCode()).isEqualTo(202));
        assertThat(again.bootstrapServers()).isEqualTo(kafka.bootstrapServers());
      }
    }
  }
}
