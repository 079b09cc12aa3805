package io.millrace.workers.cohere;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.EmbeddingsBody;
import io.millrace.workers.canonical.EmbeddingsReader.Vectors;
import io.millrace.workers.canonical.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writes embeddings requests as Cohere wants them, and finds the vectors in its answers. */
final class CohereEmbed {

  /** Texts that one call may hold. */
  static final int TEXTS_MAX = 96;

  /** Fields of Cohere's own that OpenAI does not have; they go on as they are. */
  static final Set<String> OWN = Set.of("input_type", "priority", "truncate");

  /** OpenAI's vectors have one purpose, Cohere's several; this one compares with itself. */
  private static final String INPUT_TYPE_USUAL = "search_document";

  private CohereEmbed() {}

  static ObjectNode request(EmbeddingsBody body, String model, List<String> texts) {
    var request =
        Json.MAPPER.createObjectNode().put("model", model).put("input_type", INPUT_TYPE_USUAL);
    request.putArray("embedding_types").add("float");
    var written = request.putArray("texts");
    texts.forEach(written::add);
    body.dimensions().ifPresent(dimensions -> request.put("output_dimension", dimensions));
    if (body.fields().path("max_tokens").isIntegralNumber()) {
      request.set("max_tokens", body.fields().get("max_tokens"));
    }
    for (var name : OWN) {
      if (body.fields().has(name)) {
        request.set(name, body.fields().get(name));
      }
    }
    return request;
  }

  static Vectors vectors(JsonNode answer) {
    var embeddings = answer.path("embeddings");
    var found = new ArrayList<JsonNode>();
    (embeddings.isArray() ? embeddings : embeddings.path("float")).forEach(found::add);
    var meta = answer.path("meta");
    var billed = meta.path("billed_units").path("input_tokens");
    var tokens = billed.isNumber() ? billed : meta.path("tokens").path("input_tokens");
    return new Vectors(found, tokens.isNumber() ? (Long) tokens.asLong() : null);
  }
}
