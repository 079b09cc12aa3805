package io.millrace.simulator.bedrock;

import io.millrace.simulator.engine.Engine;
import io.millrace.simulator.http.Exchange;
import io.millrace.simulator.http.RequestBody;
import io.millrace.simulator.http.Routes;
import io.millrace.simulator.http.WireError;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Bedrock's paths. A call goes by an API key, or by a signature; a required key of the form {@code
 * ACCESS_KEY_ID:SECRET} is one to sign with.
 */
public final class BedrockRoutes implements Routes {
  private static final String PREFIX = "/model/";
  private static final Pattern PATH =
      Pattern.compile(PREFIX + "(.+)/(converse|converse-stream|invoke)");
  private static final String BEARER = "Bearer ";

  private final Vertx vertx;
  private final Engine engine;

  public BedrockRoutes(Vertx vertx, Engine engine) {
    this.vertx = vertx;
    this.engine = engine;
  }

  @Override
  public boolean owns(String path) {
    return path.startsWith(PREFIX);
  }

  @Override
  public void handle(HttpServerRequest request) {
    Matcher path = PATH.matcher(request.path());
    if (!path.matches() || !request.method().equals(HttpMethod.POST)) {
      WireError error = BedrockError.unknownOperation().toWire(Map.of());
      error.headers().forEach(request.response()::putHeader);
      request.response().setStatusCode(error.status()).end(error.body());
      return;
    }
    String model = decoded(path.group(1));
    String operation = path.group(2);
    int bytesMax = engine.script().limits().bodyBytesMax();
    RequestBody.read(
        request,
        bytesMax,
        body ->
            begin(
                request,
                () ->
                    keyProblem(request, body)
                        .<Parsed>map(problem -> problem)
                        .orElseGet(() -> read(operation, model, body))),
        () -> begin(request, () -> BedrockError.invalid("The request is too large.")));
  }

  private static Parsed read(String operation, String model, byte[] body) {
    return switch (operation) {
      case "invoke" -> InvokeCall.read(model, body);
      case "converse" -> ConverseReader.read(model, body, false);
      default -> ConverseReader.read(model, body, true);
    };
  }

  private void begin(HttpServerRequest request, Supplier<Parsed> read) {
    var exchange =
        new Exchange(vertx, request, engine.begin(header(request, "x-client-request-id")));
    switch (read.get()) {
      case BedrockCall call -> exchange.run(call);
      case BedrockError error -> exchange.refuse(error.toWire(Map.of()));
    }
  }

  private Optional<BedrockError> keyProblem(HttpServerRequest request, byte[] body) {
    String authorization = header(request, "authorization");
    if (AwsSignature.isUsed(authorization)) {
      return signatureProblem(request, authorization, body);
    }
    boolean isBearer = authorization.startsWith(BEARER);
    String key = isBearer ? authorization.substring(BEARER.length()).strip() : "";
    if (engine.accepts(key)) {
      return Optional.empty();
    }
    return Optional.of(key.isEmpty() ? BedrockError.noKey() : BedrockError.wrongKey());
  }

  private Optional<BedrockError> signatureProblem(
      HttpServerRequest request, String authorization, byte[] body) {
    Optional<AwsSignature> parsed = AwsSignature.parse(authorization);
    if (parsed.isEmpty() || !parsed.get().service().equals("bedrock")) {
      return Optional.of(BedrockError.wrongSignature());
    }
    String required = engine.script().access().requiredKey();
    if (required.isEmpty()) {
      return Optional.empty();
    }
    int colon = required.indexOf(':');
    if (colon < 0 || !required.substring(0, colon).equals(parsed.get().accessKeyId())) {
      return Optional.of(BedrockError.wrongKey());
    }
    String query = request.query() == null ? "" : request.query();
    var signed =
        new AwsSignature.Signed(
            request.method().name(),
            request.path(),
            query,
            name -> header(request, name),
            Buffer.buffer(body));
    return parsed.get().isOf(required.substring(colon + 1), signed)
        ? Optional.empty()
        : Optional.of(BedrockError.wrongSignature());
  }

  private static String header(HttpServerRequest request, String name) {
    String value = request.getHeader(name);
    if (value == null && name.equals("host") && request.authority() != null) {
      // HTTP/2 has no host header.
      return request.authority().toString();
    }
    return value == null ? "" : value;
  }

  private static String decoded(String encoded) {
    try {
      return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return encoded;
    }
  }
}
