package io.millrace.workers.ollama;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.EmbeddingsBody;
import io.millrace.workers.canonical.EmbeddingsReader.Vectors;
import io.millrace.workers.canonical.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writes embeddings requests as Ollama wants them, and finds the vectors in its answers. */
final class OllamaEmbed {

  /** Texts in a call; Ollama takes any number, but answers nothing before it has done them all. */
  static final int TEXTS_MAX = 512;

  /** Fields of Ollama's own that OpenAI does not have; they go on as they are. */
  static final Set<String> OWN = Set.of("keep_alive", "options", "truncate");

  private OllamaEmbed() {}

  static ObjectNode request(EmbeddingsBody body, String model, List<String> texts) {
    var request = Json.MAPPER.createObjectNode().put("model", model);
    var input = request.putArray("input");
    texts.forEach(input::add);
    // OpenAI refuses a text that is too long; Ollama would leave its end out silently.
    request.put("truncate", false);
    body.dimensions().ifPresent(dimensions -> request.put("dimensions", dimensions));
    for (var name : OWN) {
      if (body.fields().has(name)) {
        request.set(name, body.fields().get(name));
      }
    }
    return request;
  }

  static Vectors vectors(JsonNode answer) {
    var found = new ArrayList<JsonNode>();
    answer.path("embeddings").forEach(found::add);
    var tokens = answer.path("prompt_eval_count");
    return new Vectors(found, tokens.isNumber() ? (Long) tokens.asLong() : null);
  }
}
