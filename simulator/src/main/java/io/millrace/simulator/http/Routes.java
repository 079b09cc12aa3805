package io.millrace.simulator.http;

import io.vertx.core.http.HttpServerRequest;

/** One face of the simulator: a provider's wire form, or its own controls. Stateless. */
public interface Routes {

  /** Whether a path belongs to this face. */
  boolean owns(String path);

  /** Serves a request whose path it owns, or says that there is no such call. */
  void handle(HttpServerRequest request);
}
