package io.millrace.ingress.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The HTTP face described: {@code openapi.yaml} as JSON, and a page that shows it. Both are read
 * when they are first asked for, so that a start does not pay for them.
 */
final class DescriptionCalls {

  private static final CharSequence HTML = HttpHeaders.createOptimized("text/html; charset=utf-8");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");

  /** The page may run its own script and ask this server, and nothing else. */
  private static final CharSequence POLICY =
      HttpHeaders.createOptimized(
          "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src"
              + " 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors"
              + " 'none'");

  private final Vertx vertx;

  DescriptionCalls(Vertx vertx) {
    this.vertx = vertx;
  }

  private static final class Document {
    static final byte[] BYTES = openApi();
  }

  private static final class Page {
    static final byte[] BYTES = resource("/docs.html");
  }

  void document(Call call) {
    answer(call, JSON, () -> Document.BYTES);
  }

  void page(Call call) {
    call.response()
        .putHeader("content-security-policy", POLICY)
        .putHeader("x-content-type-options", "nosniff");
    answer(call, HTML, () -> Page.BYTES);
  }

  private void answer(Call call, CharSequence type, java.util.concurrent.Callable<byte[]> bytes) {
    call.await(
        vertx.executeBlocking(bytes, false).toCompletionStage().toCompletableFuture(),
        body -> call.answer(200, type, body));
  }

  /** The only YAML reader here that follows anchors. */
  static byte[] openApi() {
    var yaml = new Yaml(new SafeConstructor(new LoaderOptions()));
    try (var in = opened("/openapi.yaml")) {
      return new ObjectMapper().writeValueAsBytes(yaml.<Object>load(in));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("openapi.yaml cannot be written as JSON", e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read openapi.yaml", e);
    }
  }

  private static byte[] resource(String name) {
    try (var in = opened(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }

  private static InputStream opened(String name) {
    return Objects.requireNonNull(DescriptionCalls.class.getResourceAsStream(name), name);
  }
}
