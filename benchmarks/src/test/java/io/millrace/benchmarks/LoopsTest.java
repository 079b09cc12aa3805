package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoopsTest {

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger calls = new AtomicInteger();
  private URI url = URI.create("");

  @BeforeEach
  void start() throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .response()
                        .setStatusCode(calls.incrementAndGet() % 10 == 0 ? 500 : 202)
                        .end())
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get();
    url = URI.create("http://127.0.0.1:" + server.actualPort() + "/");
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @Test
  void shouldCallAtTheRateWhenTheLoopIsOpen() throws Exception {
    // When
    var result = OpenLoop.run(target(), 200, Duration.ofMillis(500), Duration.ofSeconds(1));
    // Then
    assertThat(calls.get()).isEqualTo(300);
    assertThat(result.failed()).isEqualTo(30);
    assertThat(result.perSecond()).isBetween(170.0, 190.0);
    assertThat(result.p99Ms()).isPositive();
  }

  @Test
  void shouldTellGoodFromBadWhenTheLoopIsClosed() throws Exception {
    // When
    var result = new VertxLoop().run(target(), 4, Duration.ofSeconds(1));
    // Then
    assertThat(result.perSecond()).isPositive();
    assertThat(result.failed())
        .isCloseTo(calls.get() / 10, org.assertj.core.data.Offset.offset(1L));
  }

  private Target target() {
    return new Target(url, "key", "{}", "respond-async", 202);
  }
}
