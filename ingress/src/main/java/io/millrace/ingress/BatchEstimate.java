package io.millrace.ingress;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.schemas.BatchChecked;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a batch would take and cost, from the same estimates as its lines are paced and held by.
 * Nothing is written and nothing is spent for it.
 *
 * <pre>{@code
 * {"object": "batch.estimate", "input_file_id": "…", "endpoint": "…", "errors": {…}|null,
 *  "request_counts": {"total": 2},
 *  "input_tokens": 40, "input_tokens_max": 90, "output_tokens": 512, "output_tokens_max": 600|null,
 *  "cost_usd": {"likely": "0.01", "worst_case": "0.02"}, "unpriced_requests": 0,
 *  "models": [{"model": "…", "requests": 2, …the same again…}]}
 * }</pre>
 */
public final class BatchEstimate {

  /** Assumed of each answer where the client says nothing of it. */
  public static final int OUTPUT_TOKENS_ASSUMED = 256;

  private final CallPrices prices;
  private final long outputTokensAssumed;
  private final Map<String, Sums> byModel = new TreeMap<>();

  /** What some lines add up to. */
  private static final class Sums {
    int requests;
    int unpriced;
    long input;
    long inputMax;
    long output;
    long outputMax;
    boolean isUnlimited;
    BigDecimal likelyUsd = BigDecimal.ZERO;
    BigDecimal worstUsd = BigDecimal.ZERO;

    void add(Sums other) {
      requests += other.requests;
      unpriced += other.unpriced;
      input += other.input;
      inputMax += other.inputMax;
      output += other.output;
      outputMax += other.outputMax;
      isUnlimited |= other.isUnlimited;
      likelyUsd = likelyUsd.add(other.likelyUsd);
      worstUsd = worstUsd.add(other.worstUsd);
    }
  }

  /**
   * @param outputTokensAssumed LLM tokens of one answer
   */
  public BatchEstimate(CallPrices prices, long outputTokensAssumed) {
    this.prices = prices;
    this.outputTokensAssumed = outputTokensAssumed;
  }

  /** Adds a line. */
  public void add(Endpoint endpoint, ModelCall call) {
    var sums = byModel.computeIfAbsent(call.model(), model -> new Sums());
    long output = outputOf(endpoint, call);
    sums.requests++;
    sums.input += call.inputTokensEstimated();
    sums.inputMax += call.inputTokensMax();
    sums.output += output;
    var limit = call.outputTokensMax();
    if (limit != null) {
      sums.outputMax += limit;
    } else if (makesText(endpoint)) {
      sums.isUnlimited = true;
    }
    var cost = prices.of(call, output);
    if (cost.isPresent()) {
      sums.likelyUsd = sums.likelyUsd.add(cost.get().likelyUsd());
      sums.worstUsd = sums.worstUsd.add(cost.get().worstCaseUsd());
    } else {
      sums.unpriced++;
    }
  }

  private long outputOf(Endpoint endpoint, ModelCall call) {
    if (!makesText(endpoint)) {
      return 0;
    }
    long assumed = outputTokensAssumed * call.choices();
    var limit = call.outputTokensMax();
    return limit == null ? assumed : Math.min(assumed, limit);
  }

  private static boolean makesText(Endpoint endpoint) {
    return switch (endpoint) {
      case CHAT_COMPLETIONS, RESPONSES -> true;
      case EMBEDDINGS, MODERATIONS -> false;
    };
  }

  /**
   * The estimate as a client sees it.
   *
   * @param checked what the check of the file found
   */
  public byte[] toJson(String inputFileId, Endpoint endpoint, BatchChecked checked) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("object", "batch.estimate");
          json.writeStringField("input_file_id", inputFileId);
          json.writeStringField("endpoint", endpoint.path());
          BatchJson.writeErrors(json, checked.getErrors());
          json.writeObjectFieldStart("request_counts");
          json.writeNumberField("total", checked.getTotal());
          json.writeEndObject();
          var all = new Sums();
          byModel.values().forEach(all::add);
          write(json, all);
          json.writeArrayFieldStart("models");
          for (var model : byModel.entrySet()) {
            json.writeStartObject();
            json.writeStringField("model", model.getKey());
            json.writeNumberField("requests", model.getValue().requests);
            write(json, model.getValue());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, Sums sums) throws IOException {
    json.writeNumberField("input_tokens", sums.input);
    json.writeNumberField("input_tokens_max", sums.inputMax);
    json.writeNumberField("output_tokens", sums.output);
    if (sums.isUnlimited) {
      json.writeNullField("output_tokens_max");
    } else {
      json.writeNumberField("output_tokens_max", sums.outputMax);
    }
    json.writeObjectFieldStart("cost_usd");
    json.writeStringField("likely", Json.usd(sums.likelyUsd));
    json.writeStringField("worst_case", Json.usd(sums.worstUsd));
    json.writeEndObject();
    json.writeNumberField("unpriced_requests", sums.unpriced);
  }
}
