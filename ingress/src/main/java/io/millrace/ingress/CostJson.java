package io.millrace.ingress;

import com.fasterxml.jackson.core.JsonGenerator;
import io.millrace.schemas.BudgetState;
import io.millrace.schemas.SpendSummary;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Spend and budgets as clients see them: times are Unix seconds, money is text. */
public final class CostJson {

  private CostJson() {}

  public static byte[] spend(List<SpendSummary> rows) {
    return list(
        json -> {
          for (var row : rows) {
            write(json, row);
          }
        });
  }

  public static byte[] budgets(List<BudgetState> rows) {
    return list(
        json -> {
          for (var row : rows) {
            write(json, row);
          }
        });
  }

  private static byte[] list(Json.Writing data) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          data.to(json);
          json.writeEndArray();
          json.writeBooleanField("has_more", false);
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, SpendSummary row) throws IOException {
    json.writeStartObject();
    json.writeStringField("object", "spend");
    json.writeStringField("period", row.getPeriod().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("period_start", row.getPeriodStart().getEpochSecond());
    json.writeStringField("account", row.getAccount());
    json.writeStringField("model", row.getModel());
    json.writeStringField("provider", row.getProvider());
    json.writeStringField("upstream_model", row.getUpstreamModel());
    json.writeNumberField("calls", row.getCalls());
    json.writeNumberField("input_tokens", row.getInputTokens());
    json.writeNumberField("cached_input_tokens", row.getCachedInputTokens());
    json.writeNumberField("output_tokens", row.getOutputTokens());
    json.writeStringField("cost_usd", Json.usd(row.getCostUsd()));
    json.writeStringField("in_doubt_usd", Json.usd(row.getInDoubtUsd()));
    json.writeBooleanField("provisional", row.getProvisional());
    json.writeNumberField("updated_at", row.getUpdatedAt().getEpochSecond());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, BudgetState row) throws IOException {
    json.writeStartObject();
    json.writeStringField("object", "budget");
    json.writeStringField("account", row.getAccount());
    json.writeStringField("name", row.getBudget());
    json.writeStringField("period", row.getPeriod());
    json.writeStringField("limit_usd", Json.usd(row.getLimitUsd()));
    json.writeStringField("held_usd", Json.usd(row.getHeldUsd()));
    json.writeStringField("in_doubt_usd", Json.usd(row.getInDoubtUsd()));
    json.writeStringField("settled_usd", Json.usd(row.getSettledUsd()));
    json.writeBooleanField("hard", row.getHard());
    json.writeNumberField("updated_at", row.getUpdatedAt().getEpochSecond());
    json.writeEndObject();
  }
}
