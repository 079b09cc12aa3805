package io.millrace.standalone.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the real children from what the build has left under {@code target}. */
@Timeout(120)
class EmbeddedServicesIT {
  private static final InstallationLayout LAYOUT =
      InstallationLayout.of(Path.of(System.getProperty("basedir", ".")).resolve(".."));

  @TempDir Path directory;

  @Test
  void shouldKeepTopicsAndSchemasWhenStartedAgain() throws Exception {
    // Given
    try (var services = start(0)) {
      createTopic(await(services.kafka()), "fruit");
      register(await(services.schemaRegistryUrl()), "fruit-value");
    }
    // When
    try (var services = start(0)) {
      // Then
      assertThat(topics(await(services.kafka()))).containsExactly("fruit");
      String registry = await(services.schemaRegistryUrl());
      assertThat(get(registry + "/subjects")).isEqualTo("[\"fruit-value\"]");
      assertThat(get(registry + "/config")).contains("BACKWARD_TRANSITIVE");
    }
  }

  @Test
  void shouldLeaveNoProcessWhenClosed() throws Exception {
    // Given
    var services = start(0);
    await(services.kafka());
    List<Long> pids = services.pids();
    // When
    services.close();
    // Then
    assertThat(pids).hasSize(2).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
  }

  @Test
  void shouldTellOfAChildWhenItDies() throws Exception {
    // Given
    var exit = new CompletableFuture<ChildExit>();
    try (var services = EmbeddedServices.start(config(0), exit::complete)) {
      await(services.kafka());
      // When
      ProcessHandle.of(services.pids().getFirst()).orElseThrow().destroyForcibly();
      // Then
      assertThat(await(exit).name()).isEqualTo("broker");
    }
  }

  @Test
  void shouldNameThePortWhenTheRegistrysIsTaken() throws Exception {
    // Given
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      // When
      assertThatThrownBy(() -> start(other.getLocalPort()))
          // Then
          .isInstanceOf(EmbeddedStartException.class)
          .hasMessageContaining("port " + other.getLocalPort() + " is taken");
    }
  }

  @Test
  void shouldSayInOneLineThatTheDirectoryIsInUseWhenStartedTwice() throws Exception {
    // Given
    try (var first = start(0)) {
      await(first.kafka());
      // When
      try (var second = start(0)) {
        // Then
        assertThatThrownBy(() -> await(second.kafka()))
            .rootCause()
            .isInstanceOf(EmbeddedStartException.class)
            .hasMessageContaining("is in use by another process")
            .hasMessageNotContaining("\n");
      }
    }
  }

  private EmbeddedServices start(int registryPort) {
    return EmbeddedServices.start(config(registryPort), exit -> {});
  }

  private EmbeddedConfig config(int registryPort) {
    return new EmbeddedConfig(directory, 0, registryPort, LAYOUT);
  }

  private static <T> T await(CompletableFuture<T> future) throws Exception {
    return future.get(60, TimeUnit.SECONDS);
  }

  private static void createTopic(String kafka, String name) throws Exception {
    try (var admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
      admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
    }
  }

  private static Iterable<String> topics(String kafka) throws Exception {
    try (var admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
      return admin.listTopics().names().get();
    }
  }

  private static void register(String registry, String subject) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(registry + "/subjects/" + subject + "/versions"))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString("{\"schema\": \"\\\"string\\\"\"}"));
    send(request);
  }

  private static String get(String url) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url)));
  }

  private static String send(HttpRequest.Builder request) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var response = http.send(request.build(), BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      return response.body();
    }
  }
}
