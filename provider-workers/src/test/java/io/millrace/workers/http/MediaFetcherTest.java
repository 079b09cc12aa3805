package io.millrace.workers.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schemas.config.MediaConfig;
import io.millrace.workers.Media;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaFetcherTest {

  private static final int BYTES_MAX = 1000;
  private static final int COUNT_MAX = 2;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void shouldFetchEachWithItsTypeWhenAllAreThere() throws Exception {
    // Given
    int port = listen(r -> answer(r, "image/PNG; x=y", "picture of " + r.path()));
    var one = "http://media.test:" + port + "/a";
    var other = "http://media.test:" + port + "/b";
    // When
    var media = fetch(open(), one, other);
    // Then
    assertThat(media)
        .containsExactly(
            Map.entry(one, new Media("image/png", base64("picture of /a"))),
            Map.entry(other, new Media("image/png", base64("picture of /b"))));
  }

  @Test
  void shouldFollowARedirectWhenItLeadsWhereItMay() throws Exception {
    // Given
    int port =
        listen(
            r -> {
              if (r.path().equals("/moved")) {
                r.response().setStatusCode(302).putHeader("location", "/here").end();
              } else {
                answer(r, "application/pdf", "paper");
              }
            });
    var url = "http://media.test:" + port + "/moved";
    // When
    var media = fetch(open(), url);
    // Then
    assertThat(media).containsEntry(url, new Media("application/pdf", base64("paper")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/html | is of the type text/html",
        "/large | is larger than 1000 bytes",
        "/gone | answered with status 404",
        "/round | answered with status 302",
        "/silent | could not be fetched in time",
        "/cut | broke off",
      })
  void shouldSayWhyWhenSomethingCannotBeHad(String path, String why) throws Exception {
    // Given
    int port = listen(this::answerBadly);
    // When
    assertThatThrownBy(() -> fetch(open(), "http://media.test:" + port + path))
        // Then
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(MediaFetcher.MediaException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http://media.test/a | not https",
        "https://media.test/a | has an address that is not public",
        "https://127.0.0.1/a | has an address that is not public",
        "ftp://media.test/a | not https",
        "https://name@media.test/a | names a user",
      })
  void shouldRefuseWhatIsNotPublicWhenNothingElseIsAllowed(String url, String why) {
    // Given
    var closed = fetcher(false);
    // When
    assertThatThrownBy(() -> fetch(closed, url))
        // Then
        .hasCauseInstanceOf(MediaFetcher.MediaException.class)
        .hasMessageContaining(why);
  }

  @Test
  void shouldRefuseMoreThanAllowed() {
    // Given
    var urls = Collections.nCopies(COUNT_MAX + 1, "http://media.test/a").toArray(String[]::new);
    // When
    assertThatThrownBy(() -> fetch(open(), urls))
        // Then
        .hasMessageContaining("names more than 2 URLs to fetch");
  }

  private void answerBadly(HttpServerRequest request) {
    switch (request.path()) {
      case "/html" -> answer(request, "text/html", "<p>");
      case "/large" -> answer(request, "image/png", "x".repeat(BYTES_MAX + 1));
      case "/round" -> request.response().setStatusCode(302).putHeader("location", "/round").end();
      case "/silent" -> request.response().putHeader("content-type", "image/png");
      case "/cut" ->
          request
              .response()
              .putHeader("content-type", "image/png")
              .putHeader("content-length", "100")
              .write("x")
              .onSuccess(written -> request.connection().close());
      default -> request.response().setStatusCode(404).end();
    }
  }

  private static void answer(HttpServerRequest request, String type, String body) {
    request.response().putHeader("content-type", type).end(body);
  }

  private int listen(Handler<HttpServerRequest> handler) throws Exception {
    return vertx
        .createHttpServer()
        .requestHandler(handler)
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS)
        .actualPort();
  }

  private MediaFetcher open() {
    return fetcher(true);
  }

  private MediaFetcher fetcher(boolean allowPrivateNetworks) {
    var config = new MediaConfig(allowPrivateNetworks, BYTES_MAX, COUNT_MAX, Duration.ofSeconds(3));
    AddressResolver resolver = host -> List.of(InetAddress.getLoopbackAddress());
    return new MediaFetcher(vertx, config, resolver);
  }

  private static Map<String, Media> fetch(MediaFetcher fetcher, String... urls) throws Exception {
    return fetcher
        .fetchAll(List.of(urls))
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(UTF_8));
  }
}
