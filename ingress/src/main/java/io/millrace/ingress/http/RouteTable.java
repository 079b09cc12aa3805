package io.millrace.ingress.http;

import io.vertx.core.http.HttpMethod;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the route of a call. Paths are compared as they came, encoded, so that a slash inside a
 * name does not divide it.
 */
final class RouteTable {

  private static final String PART = "{";

  private final List<Route> routes;
  private final Map<String, List<Route>> fixed = new HashMap<>();
  private final Map<Integer, List<Template>> variable = new HashMap<>();

  private record Template(List<String> parts, List<Route> routes) {

    Optional<List<String>> match(List<String> path) {
      var found = new ArrayList<String>();
      for (int i = 0; i < parts.size(); i++) {
        if (parts.get(i).startsWith(PART)) {
          if (path.get(i).isEmpty()) {
            return Optional.empty();
          }
          found.add(decoded(path.get(i)));
        } else if (!parts.get(i).equals(path.get(i))) {
          return Optional.empty();
        }
      }
      return Optional.of(found);
    }
  }

  /** What was found for a path. */
  sealed interface Match {

    /** A route and what stands in its variable parts. */
    record Found(Route route, List<String> parts) implements Match {}

    /** The path is served, but not by this method. */
    record OtherMethod(List<HttpMethod> allowed) implements Match {}

    /** Nothing is there. */
    record Unknown() implements Match {}
  }

  RouteTable(List<Route> routes) {
    this.routes = List.copyOf(routes);
    for (var route : routes) {
      if (route.template().contains(PART)) {
        add(route);
      } else {
        fixed.computeIfAbsent(route.template(), path -> new ArrayList<>()).add(route);
      }
    }
  }

  private void add(Route route) {
    var parts = List.of(route.template().split("/", -1));
    var sameLength = variable.computeIfAbsent(parts.size(), length -> new ArrayList<>());
    for (var known : sameLength) {
      if (known.routes().getFirst().template().equals(route.template())) {
        known.routes().add(route);
        return;
      }
    }
    sameLength.add(new Template(parts, new ArrayList<>(List.of(route))));
  }

  /** All of them, in the order in which they were named. */
  List<Route> routes() {
    return routes;
  }

  Match find(HttpMethod method, String path) {
    var known = fixed.get(path);
    if (known != null) {
      return ofMethod(known, method, List.of());
    }
    var parts = List.of(path.split("/", -1));
    for (var template : variable.getOrDefault(parts.size(), List.of())) {
      var match = template.match(parts);
      if (match.isPresent()) {
        return ofMethod(template.routes(), method, match.get());
      }
    }
    return new Match.Unknown();
  }

  private static Match ofMethod(List<Route> routes, HttpMethod method, List<String> parts) {
    for (var route : routes) {
      if (route.method().equals(method)) {
        return new Match.Found(route, parts);
      }
    }
    return new Match.OtherMethod(routes.stream().map(Route::method).toList());
  }

  private static String decoded(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part;
    }
  }
}
