package io.millrace.simulator.script;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The JSON form of a script, read field by field so that every mistake can be named. */
final class ScriptReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Set<String> BEHAVIOUR_KEYS =
      Set.of(
          "latency",
          "outputTokens",
          "echo",
          "toolCalls",
          "cachedInputTokens",
          "cacheWriteTokens",
          "reasoningTokens",
          "contentFilter",
          "stream",
          "rateLimit",
          "errors",
          "hang",
          "cut");
  private static final Set<String> SCRIPT_KEYS =
      union(
          BEHAVIOUR_KEYS,
          Set.of(
              "seed", "requiredKey", "onlyListedModels", "requestsMax", "bodyBytesMax", "models"));
  private static final Set<String> ERROR_KEYS =
      Set.of("status", "probability", "firstCalls", "type", "code", "message", "headers");

  private ScriptReader() {}

  static SimulatorScript read(byte[] json) {
    Fields fields = Fields.of("", tree(json)).only(SCRIPT_KEYS);
    SimulatorScript base = SimulatorScript.defaults();
    Behaviour behaviour = behaviour(fields, base.behaviour());
    return new SimulatorScript(
        fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE, base.seed()),
        new SimulatorScript.Access(
            fields.text("requiredKey", base.access().requiredKey()),
            fields.flag("onlyListedModels", base.access().isOnlyListedModels())),
        limits(fields, base.limits()),
        behaviour,
        fields.has("models") ? models(fields.object("models"), behaviour) : Map.of());
  }

  private static JsonNode tree(byte[] json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException notJson) {
      var at = notJson.getLocation();
      throw new ScriptException(
          "script",
          "is not JSON: " + notJson.getOriginalMessage(),
          at == null ? "?" : "line " + at.getLineNr() + ", column " + at.getColumnNr());
    } catch (IOException unreachable) {
      throw new IllegalStateException("reading from memory failed", unreachable);
    }
  }

  private static SimulatorScript.Limits limits(Fields fields, SimulatorScript.Limits base) {
    return new SimulatorScript.Limits(
        (int)
            fields.integer(
                "requestsMax", 1, SimulatorScript.Limits.REQUESTS_MAX, base.requestsMax()),
        (int)
            fields.integer(
                "bodyBytesMax", 1, SimulatorScript.Limits.BODY_BYTES_MAX, base.bodyBytesMax()));
  }

  private static Map<String, Behaviour> models(Fields fields, Behaviour base) {
    var models = new LinkedHashMap<String, Behaviour>();
    for (Map.Entry<String, JsonNode> model : fields.all()) {
      Fields own = fields.object(model.getKey()).only(BEHAVIOUR_KEYS);
      models.put(model.getKey(), behaviour(own, base));
    }
    return models;
  }

  private static Behaviour behaviour(Fields fields, Behaviour base) {
    Faults faults = base.faults();
    return new Behaviour(
        fields.has("latency") ? latency(fields) : base.latencyMs(),
        fields.has("outputTokens") ? outputTokens(fields) : base.outputTokens(),
        fields.flag("echo", base.isEcho()),
        extras(fields, base.extras()),
        fields.object("stream", base.pace(), ScriptReader::pace),
        fields.object("rateLimit", base.rateLimit(), ScriptReader::rateLimit),
        new Faults(
            fields.has("errors") ? errors(fields) : faults.errors(),
            fields.object("hang", faults.hangProbability(), ScriptReader::probability),
            fields.object("cut", faults.cut(), ScriptReader::cut)));
  }

  private static Extras extras(Fields fields, Extras base) {
    return new Extras(
        count(fields, "toolCalls", Extras.TOOL_CALLS_MAX, base.toolCalls()),
        count(fields, "cachedInputTokens", Extras.INPUT_TOKENS_MAX, base.cachedInputTokens()),
        count(fields, "cacheWriteTokens", Extras.INPUT_TOKENS_MAX, base.cacheWriteTokens()),
        count(fields, "reasoningTokens", Behaviour.OUTPUT_TOKENS_MAX, base.reasoningTokens()),
        fields.object("contentFilter", base.contentFilterProbability(), ScriptReader::probability));
  }

  private static int count(Fields fields, String name, int max, int base) {
    return (int) fields.integer(name, 0, max, base);
  }

  private static Distribution latency(Fields fields) {
    var unit = new Unit("ms", "minMs", "maxMs", "meanMs", "stddevMs", 0, Behaviour.LATENCY_MS_MAX);
    return unit.read(fields.object("latency"));
  }

  private static Distribution outputTokens(Fields fields) {
    int max = Behaviour.OUTPUT_TOKENS_MAX;
    if (fields.get("outputTokens").isNumber()) {
      return Distribution.fixed((double) fields.integer("outputTokens", 1, max));
    }
    return new Unit("tokens", "minTokens", "maxTokens", "meanTokens", "stddevTokens", 1, max)
        .read(fields.object("outputTokens"));
  }

  /** A distribution's keys carry their unit, so that a script cannot be misread. */
  private record Unit(
      String value, String min, String max, String mean, String stddev, double least, double most) {

    Distribution read(Fields fields) {
      String kind = fields.text("kind", "");
      return switch (kind) {
        case "fixed" -> new Distribution.Fixed(amount(fields.only(keys(value)), value));
        case "uniform" -> uniform(fields.only(keys(min, max)));
        case "normal" -> {
          fields.only(keys(mean, stddev));
          yield new Distribution.Normal(amount(fields, mean), spread(fields));
        }
        case "lognormal" -> {
          fields.only(keys(mean, stddev));
          double average = amount(fields, mean);
          if (average <= 0) {
            throw fields.wrong(mean, "must be above 0");
          }
          yield new Distribution.LogNormal(average, spread(fields));
        }
        case "exponential" -> new Distribution.Exponential(amount(fields.only(keys(mean)), mean));
        default ->
            throw fields.wrong("kind", "must be fixed, uniform, normal, lognormal or exponential");
      };
    }

    private Distribution uniform(Fields fields) {
      double low = amount(fields, min);
      double high = amount(fields, max);
      if (low > high) {
        throw fields.wrong(max, "must not be below " + min);
      }
      return new Distribution.Uniform(low, high);
    }

    private double amount(Fields fields, String name) {
      return fields.number(name, least, most);
    }

    private double spread(Fields fields) {
      return fields.number(stddev, 0, most);
    }

    private static Set<String> keys(String... names) {
      return union(Set.of("kind"), Set.of(names));
    }
  }

  private static StreamPace pace(Fields fields, StreamPace base) {
    fields.only(Set.of("firstTokenMs", "tokensPerSecond", "interChunkMs", "chunkTokens"));
    if (fields.has("tokensPerSecond") && fields.has("interChunkMs")) {
      throw fields.wrong("tokensPerSecond", "must not stand beside interChunkMs");
    }
    int chunkTokens =
        (int) fields.integer("chunkTokens", 1, StreamPace.CHUNK_TOKENS_MAX, base.chunkTokens());
    double interChunkMs =
        fields.has("tokensPerSecond")
            ? chunkTokens * 1000.0 / fields.number("tokensPerSecond", 0.01, 1e9)
            : fields.number("interChunkMs", 0, StreamPace.MS_MAX, base.interChunkMs());
    if (interChunkMs > StreamPace.MS_MAX) {
      throw fields.wrong("tokensPerSecond", "makes chunks more than an hour apart");
    }
    long firstTokenMs = fields.integer("firstTokenMs", 0, StreamPace.MS_MAX, base.firstTokenMs());
    return new StreamPace(firstTokenMs, interChunkMs, chunkTokens);
  }

  private static RateLimit rateLimit(Fields fields, RateLimit base) {
    fields.only(Set.of("requestsPerMinute", "tokensPerMinute", "concurrencyMax"));
    int max = 1_000_000_000;
    return new RateLimit(
        (int) fields.integer("requestsPerMinute", 0, max, base.requestsPerMinute()),
        fields.integer("tokensPerMinute", 0, 1_000_000L * max, base.tokensPerMinute()),
        (int) fields.integer("concurrencyMax", 0, max, base.concurrencyMax()));
  }

  private static double probability(Fields fields, double base) {
    return fields.only(Set.of("probability")).number("probability", 0, 1, base);
  }

  private static Faults.Cut cut(Fields fields, Faults.Cut base) {
    fields.only(Set.of("probability", "afterChunks"));
    return new Faults.Cut(
        fields.number("probability", 0, 1, base.probability()),
        (int) fields.integer("afterChunks", 0, Integer.MAX_VALUE, base.afterChunks()));
  }

  private static List<ErrorRule> errors(Fields fields) {
    JsonNode list = fields.get("errors");
    if (!list.isArray() || list.size() > Faults.ERRORS_MAX) {
      throw fields.wrong("errors", "must be a list of at most " + Faults.ERRORS_MAX);
    }
    var rules = new ArrayList<ErrorRule>();
    for (int i = 0; i < list.size(); i++) {
      rules.add(error(Fields.of(fields.path("errors[" + i + "]"), list.get(i)).only(ERROR_KEYS)));
    }
    return rules;
  }

  private static ErrorRule error(Fields fields) {
    var rule =
        new ErrorRule(
            (int) fields.integer("status", 400, 599),
            fields.number("probability", 0, 1, 1),
            (int) fields.integer("firstCalls", 0, Integer.MAX_VALUE, 0),
            new ErrorRule.Text(
                fields.text("type", ""), fields.text("code", ""), fields.text("message", "")),
            Map.of());
    return fields.has("headers") ? withHeaders(rule, fields, fields.object("headers")) : rule;
  }

  private static ErrorRule withHeaders(ErrorRule rule, Fields fields, Fields headers) {
    for (Map.Entry<String, JsonNode> header : headers.all()) {
      try {
        rule = rule.withHeader(header.getKey(), headers.text(header.getKey(), ""));
      } catch (ScriptException wrong) {
        throw wrong.field().startsWith(fields.path("headers"))
            ? wrong
            : headers.wrong(header.getKey(), "is not a header that can be set to this");
      }
    }
    return rule;
  }

  private static Set<String> union(Set<String> one, Set<String> other) {
    var all = new HashSet<>(one);
    all.addAll(other);
    return Set.copyOf(all);
  }
}
