package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Client;
import io.millrace.ingress.Endpoint;
import io.vertx.core.http.HttpMethod;
import java.util.Optional;
import java.util.function.Consumer;

/** Which URL does what, and who may. */
final class Routes {

  private static final String REQUESTS = "/v1/requests/";
  private static final String MODELS = "/v1/models/";
  private static final String BEARER = "Bearer ";

  private final Backend backend;
  private final PendingCall.Scene scene;
  private final ModelCalls modelCalls;
  private final RequestCalls requestCalls;
  private final ResultCalls resultCalls;
  private final CatalogueCalls catalogueCalls;

  Routes(PendingCall.Scene scene) {
    this.scene = scene;
    this.backend = scene.backend();
    this.modelCalls = new ModelCalls(scene);
    this.requestCalls = new RequestCalls(scene);
    this.resultCalls = new ResultCalls(scene);
    this.catalogueCalls = new CatalogueCalls(backend);
  }

  void answer(Call call) {
    var path = Optional.ofNullable(call.request().path()).orElse("");
    switch (path) {
      case "/v1/chat/completions" ->
          post(call, client -> modelCalls.post(call, client, Endpoint.CHAT_COMPLETIONS));
      case "/v1/embeddings" ->
          post(call, client -> modelCalls.post(call, client, Endpoint.EMBEDDINGS));
      case "/v1/requests:bulk" -> post(call, client -> BulkCall.begin(scene, call, client));
      case "/v1/requests" -> get(call, client -> requestCalls.list(call, client));
      case "/v1/results" -> get(call, client -> resultCalls.results(call, client));
      case "/v1/models" -> get(call, client -> catalogueCalls.models(call));
      case "/v1/spend" -> get(call, client -> catalogueCalls.spend(call, Optional.of(client)));
      case "/v1/budgets" -> get(call, client -> catalogueCalls.budgets(call, client));
      case "/admin/v1/spend" -> admin(call, () -> catalogueCalls.spend(call, Optional.empty()));
      default -> answerBelow(call, path);
    }
  }

  private void answerBelow(Call call, String path) {
    if (path.startsWith(MODELS) && path.length() > MODELS.length()) {
      get(call, client -> catalogueCalls.model(call, path.substring(MODELS.length())));
    } else if (path.startsWith(REQUESTS)) {
      answerRequest(call, path, path.substring(REQUESTS.length()).split("/", -1));
    } else {
      unknown(call, path);
    }
  }

  private void answerRequest(Call call, String path, String[] parts) {
    var id = parts[0];
    if (parts.length == 1 && !id.isEmpty()) {
      get(call, client -> requestCalls.get(call, client, id));
    } else if (parts.length == 2 && parts[1].equals("cancel")) {
      post(call, client -> requestCalls.cancel(call, client, id));
    } else if (parts.length == 2 && parts[1].equals("events")) {
      get(call, client -> requestCalls.events(call, client, id));
    } else {
      unknown(call, path);
    }
  }

  private static void unknown(Call call, String path) {
    var shown = path.length() <= 200 ? path : path.substring(0, 200);
    call.fail(
        ApiError.of(
            ApiError.Kind.UNKNOWN_URL,
            "Invalid URL (" + call.request().method() + " " + shown + ")"));
  }

  private void get(Call call, Consumer<Client> answer) {
    only(HttpMethod.GET, call, () -> authenticated(call, answer));
  }

  private void post(Call call, Consumer<Client> answer) {
    only(HttpMethod.POST, call, () -> authenticated(call, answer));
  }

  private void admin(Call call, Runnable answer) {
    only(
        HttpMethod.GET,
        call,
        () -> {
          if (keyOf(call).filter(backend.keys()::isAdmin).isPresent()) {
            answer.run();
          } else {
            refuseKey(call);
          }
        });
  }

  private static void only(HttpMethod method, Call call, Runnable answer) {
    if (call.request().method().equals(method)) {
      answer.run();
      return;
    }
    call.response().putHeader("allow", method.name());
    call.fail(
        ApiError.of(
            ApiError.Kind.WRONG_METHOD,
            "Method %s is not allowed here; use %s."
                .formatted(call.request().method(), method.name())));
  }

  private void authenticated(Call call, Consumer<Client> answer) {
    var client = keyOf(call).flatMap(backend.keys()::clientOf);
    if (client.isPresent()) {
      answer.accept(client.get());
    } else {
      refuseKey(call);
    }
  }

  private static Optional<String> keyOf(Call call) {
    var authorization = call.header("authorization");
    if (authorization.isPresent()) {
      return authorization
          .filter(text -> text.regionMatches(true, 0, BEARER, 0, BEARER.length()))
          .map(text -> text.substring(BEARER.length()).strip());
    }
    return call.header("api-key");
  }

  private static void refuseKey(Call call) {
    call.fail(
        keyOf(call).isPresent()
            ? ApiError.of(ApiError.Kind.INVALID_API_KEY, "Incorrect API key provided.")
            : ApiError.of(
                ApiError.Kind.NO_API_KEY,
                "You didn't provide an API key. Provide it in an Authorization header using Bearer"
                    + " auth (i.e. Authorization: Bearer YOUR_KEY)."));
  }
}
