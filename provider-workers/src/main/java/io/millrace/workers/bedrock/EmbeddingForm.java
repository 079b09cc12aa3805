package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.EmbeddingsBody;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The forms in which InvokeModel takes texts to embed: each vendor has its own. */
sealed interface EmbeddingForm {

  /** Titan's for ids that do not tell, such as those of application inference profiles. */
  static EmbeddingForm of(String model) {
    return ModelIds.vendor(model).equals("cohere.") ? new Cohere() : new Titan();
  }

  /** Texts that one call takes. */
  int textsMax();

  /** Fields of its own that clients may send beside OpenAI's. */
  Set<String> ownFields();

  /**
   * The body that asks for some of the texts.
   *
   * @param check takes what the model cannot do
   */
  ObjectNode body(EmbeddingsBody asked, List<String> texts, String model, ParameterCheck check);

  /** The vectors in an answer, in order. */
  List<JsonNode> vectors(JsonNode answer);

  /** Amazon Titan: one text a call. */
  record Titan() implements EmbeddingForm {

    @Override
    public int textsMax() {
      return 1;
    }

    @Override
    public Set<String> ownFields() {
      return Set.of("normalize");
    }

    @Override
    public ObjectNode body(
        EmbeddingsBody asked, List<String> texts, String model, ParameterCheck check) {
      var body = Json.MAPPER.createObjectNode().put("inputText", texts.getFirst());
      asked.dimensions().ifPresent(wanted -> putDimensions(wanted, model, body));
      if (asked.dimensions().isPresent() && body.size() == 1) {
        check.unsupported(asked.fields(), "dimensions");
      }
      copy("normalize", asked.fields(), body);
      return body;
    }

    /** The first text model has none to choose from. */
    private static void putDimensions(int wanted, String model, ObjectNode body) {
      if (model.contains("titan-embed-image")) {
        body.putObject("embeddingConfig").put("outputEmbeddingLength", wanted);
      } else if (!model.contains("titan-embed-text-v1") && !model.contains("titan-embed-g1")) {
        body.put("dimensions", wanted);
      }
    }

    @Override
    public List<JsonNode> vectors(JsonNode answer) {
      return answer.path("embedding").isArray() ? List.of(answer.path("embedding")) : List.of();
    }
  }

  /** Cohere: many texts a call, and it must be told what they are for. */
  record Cohere() implements EmbeddingForm {

    @Override
    public int textsMax() {
      return 96;
    }

    @Override
    public Set<String> ownFields() {
      return Set.of("input_type", "truncate");
    }

    @Override
    public ObjectNode body(
        EmbeddingsBody asked, List<String> texts, String model, ParameterCheck check) {
      var body = Json.MAPPER.createObjectNode();
      texts.forEach(body.putArray("texts")::add);
      body.put("input_type", "search_document");
      copy("input_type", asked.fields(), body);
      copy("truncate", asked.fields(), body);
      body.putArray("embedding_types").add("float");
      var dimensions = asked.dimensions();
      if (dimensions.isPresent() && model.contains("embed-v4")) {
        body.put("output_dimension", dimensions.getAsInt());
      } else if (dimensions.isPresent()) {
        check.unsupported(asked.fields(), "dimensions");
      }
      return body;
    }

    /** By type when types were asked for; older models answer a plain list all the same. */
    @Override
    public List<JsonNode> vectors(JsonNode answer) {
      var embeddings = answer.path("embeddings");
      var vectors = new ArrayList<JsonNode>();
      (embeddings.isArray() ? embeddings : embeddings.path("float")).forEach(vectors::add);
      return vectors;
    }
  }

  private static void copy(String name, ObjectNode from, ObjectNode to) {
    if (from.has(name)) {
      to.set(name, from.path(name));
    }
  }
}
