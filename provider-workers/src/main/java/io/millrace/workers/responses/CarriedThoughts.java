package io.millrace.workers.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.Json;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;

/**
 * What a provider wants back unchanged with the next turn, such as signed thoughts. Chat carries it
 * in {@code extra_content}; a Response carries it where clients expect such a thing and keep it: in
 * {@code encrypted_content} of a reasoning item.
 *
 * @param message of the assistant's message; an empty object when there is none
 * @param calls of its tool calls, by call id
 */
record CarriedThoughts(ObjectNode message, ObjectNode calls) {

  /** Tells ours from those that OpenAI encrypted. */
  private static final String MARK = "millrace1.";

  CarriedThoughts() {
    this(Json.MAPPER.createObjectNode(), Json.MAPPER.createObjectNode());
  }

  boolean isEmpty() {
    return message.isEmpty() && calls.isEmpty();
  }

  String encoded() {
    var root = Json.MAPPER.createObjectNode();
    root.set("message", message);
    root.set("calls", calls);
    return MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(root));
  }

  /** True of content that only this broker can read. */
  static boolean isOurs(JsonNode encryptedContent) {
    return encryptedContent.isTextual() && encryptedContent.asText().startsWith(MARK);
  }

  /** Empty when the content is not ours, or has been changed on its way. */
  static Optional<CarriedThoughts> decoded(JsonNode encryptedContent) {
    if (!isOurs(encryptedContent)) {
      return Optional.empty();
    }
    try {
      var bytes = Base64.getUrlDecoder().decode(encryptedContent.asText().substring(MARK.length()));
      var root = Json.MAPPER.readTree(bytes);
      return root.path("message") instanceof ObjectNode message
              && root.path("calls") instanceof ObjectNode calls
          ? Optional.of(new CarriedThoughts(message, calls))
          : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Leaves out what they say. */
  @Override
  public String toString() {
    return "CarriedThoughts[" + calls.size() + " calls]";
  }
}
