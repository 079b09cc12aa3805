package io.millrace.workers.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.Usage;
import io.millrace.schemas.Verdict;
import io.millrace.workers.Outcome;
import io.millrace.workers.ResponseHead;
import io.millrace.workers.TokenEstimate;
import io.millrace.workers.canonical.FinishReasons;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.UsageJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole answer in one pass and takes from it what Millrace must know; the bytes go on to
 * the client as they came.
 */
final class WholeReply {

  private String model;
  private @Nullable Usage usage;
  private boolean isIncomplete;
  private boolean hasAnswer;
  private boolean hasError;

  /**
   * What is known without the answer.
   *
   * @param isChat false for embeddings
   */
  record Facts(boolean isChat, String model, long inputTokens) {}

  private WholeReply(String model) {
    this.model = model;
  }

  static Outcome outcome(ResponseHead head, byte[] body, Facts facts) {
    var reply = new WholeReply(facts.model());
    try {
      reply.scan(body);
      if (reply.hasError) {
        return OpenAiErrors.inStream(head, Json.MAPPER.readTree(body));
      }
      if (!reply.hasAnswer) {
        return OpenAiErrors.notUnderstood();
      }
      var used = reply.usage != null ? reply.usage : estimate(body, facts);
      var verdict = reply.isIncomplete ? Verdict.INCOMPLETE : Verdict.COMPLETED;
      return new Outcome.Answer(verdict, reply.model, used, ByteBuffer.wrap(body));
    } catch (IOException e) {
      return OpenAiErrors.notUnderstood();
    }
  }

  private void scan(byte[] body) throws IOException {
    try (var parser = Json.MAPPER.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        parser.nextToken();
        onField(name, parser);
      }
      if (parser.currentToken() != JsonToken.END_OBJECT) {
        throw new IOException("cut short");
      }
    }
  }

  private void onField(String name, JsonParser parser) throws IOException {
    switch (name) {
      case "model" -> {
        if (parser.currentToken() == JsonToken.VALUE_STRING && !parser.getText().isEmpty()) {
          model = parser.getText();
        }
        parser.skipChildren();
      }
      case "usage" -> usage = UsageJson.read(parser.<JsonNode>readValueAsTree()).orElse(null);
      case "choices" -> onChoices(parser);
      case "data" -> {
        hasAnswer |= parser.currentToken() == JsonToken.START_ARRAY;
        parser.skipChildren();
      }
      case "error" -> {
        hasError = parser.currentToken() != JsonToken.VALUE_NULL;
        parser.skipChildren();
      }
      default -> parser.skipChildren();
    }
  }

  private void onChoices(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      hasAnswer = true;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        var token = parser.nextToken();
        if (name.equals("finish_reason") && token == JsonToken.VALUE_STRING) {
          isIncomplete |= FinishReasons.isIncomplete(parser.getText());
        } else {
          parser.skipChildren();
        }
      }
    }
  }

  /** Hosts that tell no usage are rare; only they cost a second pass. */
  private static Usage estimate(byte[] body, Facts facts) throws IOException {
    long chars = 0;
    if (facts.isChat()) {
      for (var choice : Json.MAPPER.readTree(body).path("choices")) {
        var message = choice.path("message");
        chars += message.path("content").asText("").length();
        for (var call : message.path("tool_calls")) {
          chars += call.path("function").path("arguments").asText("").length();
        }
      }
    }
    return TokenEstimate.usage(facts.inputTokens(), chars);
  }
}
