package io.millrace.ingress.http;

import io.millrace.ingress.ApiError;
import io.millrace.ingress.Client;
import io.millrace.ingress.Endpoint;
import io.millrace.ingress.http.Route.Access;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which URL does what, and who may. */
final class Routes {

  private static final String BEARER = "Bearer ";
  private static final int PATH_SHOWN_MAX = 200;
  private static final Client NOBODY = new Client("", "");

  private final Backend backend;
  private final RouteTable table;

  Routes(PendingCall.Scene scene) {
    this.backend = scene.backend();
    this.table = new RouteTable(all(scene));
  }

  private static List<Route> all(PendingCall.Scene scene) {
    var routes = new ArrayList<Route>();
    addModelCalls(routes, scene);
    addRequests(routes, scene);
    addResponses(routes, scene);
    addFiles(routes, scene);
    addBatches(routes, scene);
    addCatalogue(routes, scene.backend());
    addDescription(routes, scene);
    return routes;
  }

  private static void addModelCalls(List<Route> routes, PendingCall.Scene scene) {
    var calls = new ModelCalls(scene);
    for (var endpoint : Endpoint.values()) {
      routes.add(
          post(endpoint.path(), (call, client, parts) -> calls.post(call, client, endpoint)));
    }
  }

  private static void addRequests(List<Route> routes, PendingCall.Scene scene) {
    var requests = new RequestCalls(scene);
    var results = new ResultCalls(scene);
    routes.add(
        post("/v1/requests:bulk", (call, client, parts) -> BulkCall.begin(scene, call, client)));
    routes.add(get("/v1/requests", (call, client, parts) -> requests.list(call, client)));
    routes.add(
        get(
            "/v1/requests/{id}",
            (call, client, parts) -> requests.get(call, client, parts.getFirst())));
    routes.add(
        post(
            "/v1/requests/{id}/cancel",
            (call, client, parts) -> requests.cancel(call, client, parts.getFirst())));
    routes.add(
        get(
            "/v1/requests/{id}/events",
            (call, client, parts) -> requests.events(call, client, parts.getFirst())));
    routes.add(get("/v1/results", (call, client, parts) -> results.results(call, client)));
  }

  private static void addFiles(List<Route> routes, PendingCall.Scene scene) {
    var files = new FileCalls(scene);
    routes.add(post("/v1/files", (call, client, parts) -> files.upload(call, client)));
    routes.add(get("/v1/files", (call, client, parts) -> files.list(call, client)));
    routes.add(
        get("/v1/files/{id}", (call, client, parts) -> files.get(call, client, parts.getFirst())));
    routes.add(
        delete(
            "/v1/files/{id}",
            (call, client, parts) -> files.delete(call, client, parts.getFirst())));
    routes.add(
        get(
            "/v1/files/{id}/content",
            (call, client, parts) -> files.content(call, client, parts.getFirst())));
  }

  private static void addResponses(List<Route> routes, PendingCall.Scene scene) {
    var responses = new ResponseCalls(scene);
    var one = Endpoint.RESPONSES.path() + "/{id}";
    routes.add(get(one, (call, client, parts) -> responses.get(call, client, parts.getFirst())));
    routes.add(
        new Route(
            HttpMethod.DELETE,
            one,
            Access.CLIENT,
            (call, client, parts) -> responses.delete(call, client, parts.getFirst())));
    routes.add(
        post(
            one + "/cancel",
            (call, client, parts) -> responses.cancel(call, client, parts.getFirst())));
    routes.add(
        get(
            one + "/input_items",
            (call, client, parts) -> responses.inputItems(call, client, parts.getFirst())));
  }

  private static void addBatches(List<Route> routes, PendingCall.Scene scene) {
    var batches = new BatchCalls(scene);
    routes.add(post("/v1/batches", (call, client, parts) -> batches.create(call, client)));
    routes.add(
        post("/v1/batches:estimate", (call, client, parts) -> batches.estimate(call, client)));
    routes.add(get("/v1/batches", (call, client, parts) -> batches.list(call, client)));
    routes.add(
        get(
            "/v1/batches/{id}",
            (call, client, parts) -> batches.get(call, client, parts.getFirst())));
    routes.add(
        post(
            "/v1/batches/{id}/cancel",
            (call, client, parts) -> batches.cancel(call, client, parts.getFirst())));
    routes.add(
        post(
            "/v1/batches/{id}/resume",
            (call, client, parts) -> batches.resume(call, client, parts.getFirst())));
  }

  private static void addCatalogue(List<Route> routes, Backend backend) {
    var catalogue = new CatalogueCalls(backend);
    routes.add(get("/v1/models", (call, client, parts) -> catalogue.models(call)));
    routes.add(
        get("/v1/models/{id}", (call, client, parts) -> catalogue.model(call, parts.getFirst())));
    routes.add(
        get("/v1/spend", (call, client, parts) -> catalogue.spend(call, Optional.of(client))));
    routes.add(get("/v1/budgets", (call, client, parts) -> catalogue.budgets(call, client)));
    routes.add(
        new Route(
            HttpMethod.GET,
            "/admin/v1/spend",
            Access.ADMIN,
            (call, client, parts) -> catalogue.spend(call, Optional.empty())));
  }

  private static void addDescription(List<Route> routes, PendingCall.Scene scene) {
    var description = new DescriptionCalls(scene.vertx());
    routes.add(open("/openapi.json", (call, client, parts) -> description.document(call)));
    routes.add(open("/docs", (call, client, parts) -> description.page(call)));
  }

  private static Route open(String template, Route.Handler handler) {
    return new Route(HttpMethod.GET, template, Access.PUBLIC, handler);
  }

  private static Route get(String template, Route.Handler handler) {
    return new Route(HttpMethod.GET, template, Access.CLIENT, handler);
  }

  private static Route post(String template, Route.Handler handler) {
    return new Route(HttpMethod.POST, template, Access.CLIENT, handler);
  }

  private static Route delete(String template, Route.Handler handler) {
    return new Route(HttpMethod.DELETE, template, Access.CLIENT, handler);
  }

  /** What is served, in the order in which it was named. */
  List<Route> routes() {
    return table.routes();
  }

  void answer(Call call) {
    var path = Optional.ofNullable(call.request().path()).orElse("");
    switch (table.find(call.request().method(), path)) {
      case RouteTable.Match.Found found -> answer(call, found);
      case RouteTable.Match.OtherMethod other -> {
        if (isAboutStoredCompletions(call, path)) {
          refuseStoredCompletions(call);
        } else {
          refuseMethod(call, other.allowed());
        }
      }
      case RouteTable.Match.Unknown unknown -> {
        if (isAboutStoredCompletions(call, path)) {
          refuseStoredCompletions(call);
        } else {
          refuseUrl(call, path);
        }
      }
    }
  }

  private void answer(Call call, RouteTable.Match.Found found) {
    var route = found.route();
    var client =
        switch (route.access()) {
          case CLIENT -> keyOf(call).flatMap(backend.keys()::clientOf);
          case ADMIN -> keyOf(call).filter(backend.keys()::isAdmin).map(key -> NOBODY);
          case PUBLIC -> Optional.of(NOBODY);
        };
    if (client.isPresent()) {
      route.handler().answer(call, client.get(), found.parts());
    } else {
      refuseKey(call);
    }
  }

  private static boolean isAboutStoredCompletions(Call call, String path) {
    var all = Endpoint.CHAT_COMPLETIONS.path();
    return path.startsWith(all + "/")
        || (path.equals(all) && call.request().method().equals(HttpMethod.GET));
  }

  private static void refuseStoredCompletions(Call call) {
    call.fail(
        ApiError.of(
            ApiError.Kind.NOT_FOUND,
            "Stored completions are not offered. Use /v1/responses, or read what became of a"
                + " request at /v1/requests/{id}."));
  }

  private static void refuseMethod(Call call, List<HttpMethod> allowed) {
    var names = allowed.stream().map(HttpMethod::name).collect(Collectors.joining(", "));
    call.response().putHeader("allow", names);
    call.fail(
        ApiError.of(
            ApiError.Kind.WRONG_METHOD,
            "Method %s is not allowed here; use %s.".formatted(call.request().method(), names)));
  }

  private static void refuseUrl(Call call, String path) {
    var shown = path.length() <= PATH_SHOWN_MAX ? path : path.substring(0, PATH_SHOWN_MAX);
    call.fail(
        ApiError.of(
            ApiError.Kind.UNKNOWN_URL,
            "Invalid URL (" + call.request().method() + " " + shown + ")"));
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
