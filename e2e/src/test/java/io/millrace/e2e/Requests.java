package io.millrace.e2e;

import com.fasterxml.jackson.databind.JsonNode;

/** Where things stand in what {@code GET /v1/requests/{id}} says. */
final class Requests {

  private Requests() {}

  /** The answer or the error, as a waiting call would have got it. */
  static JsonNode body(JsonNode request) {
    return request.at("/response/body");
  }

  static int attempts(JsonNode request) {
    return request.path("attempts").asInt(0);
  }
}
