package io.millrace.simulator.http;

import io.millrace.simulator.engine.Engine;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Takes calls in, the same way for every wire form: counted by {@code x-client-request-id}, its
 * body read up to a limit, its key checked, and only then read.
 */
public final class CallIntake {
  private static final String CLIENT_REQUEST_ID = "x-client-request-id";
  private static final String BEARER = "Bearer ";

  private final Vertx vertx;
  private final Engine engine;
  private final Form form;

  /** What differs between wire forms. */
  public interface Form {

    /** The key that came with a request; empty when none did. */
    String key(HttpServerRequest request);

    /** Adds the headers of an error response. */
    void errorHeaders(MultiMap headers);

    WireError wrongKey(boolean isMissing);

    WireError bodyTooLarge(int bytesMax);

    WireError wrongMethod(String method, String path);
  }

  /** What came of reading a request's body. */
  public sealed interface Intake {

    record Understood(WireCall call) implements Intake {}

    record Refused(WireError error) implements Intake {}
  }

  public CallIntake(Vertx vertx, Engine engine, Form form) {
    this.vertx = vertx;
    this.engine = engine;
    this.form = form;
  }

  public void take(HttpServerRequest request, Function<byte[], Intake> read) {
    if (!request.method().equals(HttpMethod.POST)) {
      var error = form.wrongMethod(request.method().name(), request.path());
      form.errorHeaders(request.response().headers());
      request.response().setStatusCode(error.status()).end(error.body());
      return;
    }
    int bytesMax = engine.script().limits().bodyBytesMax();
    RequestBody.read(
        request,
        bytesMax,
        body -> begin(request, () -> read.apply(body)),
        () -> begin(request, () -> new Intake.Refused(form.bodyTooLarge(bytesMax))));
  }

  private void begin(HttpServerRequest request, Supplier<Intake> read) {
    var exchange = new Exchange(vertx, request, engine.begin(header(request, CLIENT_REQUEST_ID)));
    var key = form.key(request);
    Intake intake =
        engine.accepts(key) ? read.get() : new Intake.Refused(form.wrongKey(key.isEmpty()));
    switch (intake) {
      case Intake.Understood understood -> exchange.run(understood.call());
      case Intake.Refused refused -> {
        form.errorHeaders(request.response().headers());
        exchange.refuse(refused.error());
      }
    }
  }

  /** The key of an {@code Authorization: Bearer} header; empty when there is none. */
  public static String bearer(HttpServerRequest request) {
    var authorization = header(request, HttpHeaders.AUTHORIZATION);
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? authorization.substring(BEARER.length()).trim()
        : "";
  }

  private static String header(HttpServerRequest request, CharSequence name) {
    var value = request.getHeader(name);
    return value == null ? "" : value;
  }
}
