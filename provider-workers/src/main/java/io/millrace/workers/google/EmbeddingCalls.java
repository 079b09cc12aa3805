package io.millrace.workers.google;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.EmbeddingsBody;
import io.millrace.workers.canonical.EmbeddingsReader.Vectors;
import io.millrace.workers.canonical.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The ways of asking for vectors: the Gemini API takes a batch; Vertex AI takes instances of its
 * text models, and one content at a time of those that embed more than text.
 */
enum EmbeddingCalls {
  BATCH("batchEmbedContents", 100) {
    @Override
    ObjectNode body(List<String> texts, String model, Options options) {
      var body = Json.MAPPER.createObjectNode();
      var requests = body.putArray("requests");
      for (var text : texts) {
        var request = requests.addObject();
        request.put("model", model.contains("/") ? model : "models/" + model);
        putContent(request, text);
        options.write(request, "taskType", "outputDimensionality");
      }
      return body;
    }

    @Override
    Vectors vectors(JsonNode answer) {
      return new Vectors(
          each(answer.path("embeddings"), one -> one.path("values")), promptTokens(answer));
    }
  },

  INSTANCES("predict", 250) {
    @Override
    ObjectNode body(List<String> texts, String model, Options options) {
      var body = Json.MAPPER.createObjectNode();
      var instances = body.putArray("instances");
      for (var text : texts) {
        var instance = instances.addObject().put("content", text);
        options.writeTask(instance, "task_type");
      }
      options.writeDimensions(body.putObject("parameters"), "outputDimensionality");
      return body;
    }

    @Override
    Vectors vectors(JsonNode answer) {
      var predictions = answer.path("predictions");
      long tokens = 0;
      boolean isCounted = !predictions.isEmpty();
      for (var prediction : predictions) {
        var count = prediction.path("embeddings").path("statistics").path("token_count");
        isCounted &= count.isNumber();
        tokens += count.asLong();
      }
      return new Vectors(
          each(predictions, one -> one.path("embeddings").path("values")),
          isCounted ? tokens : null);
    }
  },

  CONTENT("embedContent", 1) {
    @Override
    ObjectNode body(List<String> texts, String model, Options options) {
      var body = Json.MAPPER.createObjectNode();
      putContent(body, texts.getFirst());
      var config = Json.MAPPER.createObjectNode();
      options.write(config, "taskType", "outputDimensionality");
      if (!config.isEmpty()) {
        body.set("embedContentConfig", config);
      }
      return body;
    }

    @Override
    Vectors vectors(JsonNode answer) {
      var values = answer.path("embedding").path("values");
      return new Vectors(values.isArray() ? List.of(values) : List.of(), promptTokens(answer));
    }
  };

  /** A request of Vertex AI's may hold 20,000 LLM tokens; at three characters each. */
  private static final int INSTANCES_CHARS_MAX = 60_000;

  static final Set<String> OWN_FIELDS = Set.of("task_type");

  private final String call;
  private final int textsMax;

  EmbeddingCalls(String call, int textsMax) {
    this.call = call;
    this.textsMax = textsMax;
  }

  /** What a client may ask of the vectors; absent where it does not. */
  record Options(@Nullable String task, @Nullable Integer dimensions) {

    static Options of(EmbeddingsBody body) {
      var task = body.fields().path("task_type").asText("").toUpperCase(Locale.ROOT);
      var dimensions = body.dimensions();
      return new Options(
          task.isEmpty() ? null : task, dimensions.isPresent() ? dimensions.getAsInt() : null);
    }

    void write(ObjectNode into, String taskName, String dimensionsName) {
      writeTask(into, taskName);
      writeDimensions(into, dimensionsName);
    }

    void writeTask(ObjectNode into, String name) {
      if (task != null) {
        into.put(name, task);
      }
    }

    void writeDimensions(ObjectNode into, String name) {
      if (dimensions != null) {
        into.put(name, dimensions);
      }
    }
  }

  static EmbeddingCalls of(String model, boolean isVertex) {
    if (!isVertex) {
      return BATCH;
    }
    boolean isText = !model.contains("gemini") || model.contains("gemini-embedding-001");
    return isText && !model.contains("maas") ? INSTANCES : CONTENT;
  }

  /** The name of the call in the path. */
  String call() {
    return call;
  }

  /** The texts of each call, in order. */
  List<List<String>> groups(List<String> texts, String model) {
    int most = this == INSTANCES && model.contains("gemini-embedding-001") ? 1 : textsMax;
    long charsMax = this == INSTANCES ? INSTANCES_CHARS_MAX : Long.MAX_VALUE;
    var groups = new ArrayList<List<String>>();
    int from = 0;
    long chars = 0;
    for (int to = 0; to < texts.size(); to++) {
      chars += texts.get(to).length();
      if (to > from && (to - from == most || chars > charsMax)) {
        groups.add(texts.subList(from, to));
        from = to;
        chars = texts.get(to).length();
      }
    }
    groups.add(texts.subList(from, texts.size()));
    return groups;
  }

  abstract ObjectNode body(List<String> texts, String model, Options options);

  abstract Vectors vectors(JsonNode answer);

  private static void putContent(ObjectNode into, String text) {
    into.putObject("content").putArray("parts").addObject().put("text", text);
  }

  private static @Nullable Long promptTokens(JsonNode answer) {
    var count = answer.path("usageMetadata").path("promptTokenCount");
    return count.isNumber() ? count.asLong() : null;
  }

  private static List<JsonNode> each(JsonNode array, Function<JsonNode, JsonNode> values) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(values)
        .filter(JsonNode::isArray)
        .toList();
  }
}
