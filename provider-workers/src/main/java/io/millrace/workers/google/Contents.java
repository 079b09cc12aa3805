package io.millrace.workers.google;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.Outcome;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.Message;
import io.millrace.workers.canonical.ChatBody.Part;
import io.millrace.workers.canonical.ChatBody.ToolCall;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import io.millrace.workers.canonical.ProviderFailures;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A conversation in Google's form. The user speaks first; neighbours of one role are one content;
 * no text is empty; and a turn that calls functions is followed by one that holds the result of
 * each, in the order of the calls, under the function's name. Belongs to one request.
 */
final class Contents {

  /** What Google documents for a function call whose signature is lost. */
  private static final String SIGNATURE_LOST = "skip_thought_signature_validator";

  /** Stands where the user would have begun, when the conversation begins with the model. */
  private static final String BEGINNING = "(The conversation begins.)";

  private static final String USER = "user";
  private static final String MODEL = "model";

  private final ModelFamily family;
  private final MediaParts media;
  private final ParameterCheck check;
  private final ArrayNode instructions = Json.MAPPER.createArrayNode();
  private final ArrayNode contents = Json.MAPPER.createArrayNode();

  /** Calls of the last turn of the model, by id, and the results that have come for them. */
  private Map<String, ToolCall> calls = Map.of();

  private final Map<String, Message.ToolResult> results = new LinkedHashMap<>();
  private Outcome.@Nullable Failure failure;

  Contents(ModelFamily family, MediaParts media, ParameterCheck check) {
    this.family = family;
    this.media = media;
    this.check = check;
  }

  /** Puts the conversation into a request; says why when it cannot be. */
  Optional<Outcome.Failure> write(List<Message> messages, ObjectNode request) {
    messages.forEach(this::add);
    endResults();
    if (failure != null) {
      return Optional.of(failure);
    }
    if (contents.isEmpty()) {
      // A request of instructions alone is answered as if the user had given them.
      if (instructions.isEmpty()) {
        return Optional.of(ProviderFailures.invalid("messages", "The messages are empty."));
      }
      request.putArray("contents").add(content(USER, instructions));
      return Optional.empty();
    }
    request.set("contents", contents);
    if (!instructions.isEmpty()) {
      request.putObject("systemInstruction").set("parts", instructions);
    }
    return Optional.empty();
  }

  private void add(Message message) {
    switch (message) {
      case Message.Instructions system -> instructions.addAll(parts(system.parts()));
      case Message.User user -> {
        endResults();
        append(USER, parts(user.parts()));
      }
      case Message.Assistant assistant -> {
        endResults();
        addModelTurn(assistant);
      }
      case Message.ToolResult result -> {
        if (!calls.containsKey(result.callId())) {
          fail("A message of role 'tool' must answer one of the 'tool_calls' right before it.");
        }
        results.put(result.callId(), result);
      }
    }
  }

  private void addModelTurn(Message.Assistant assistant) {
    var parts = parts(assistant.parts());
    var signature = signatureOf(assistant.source());
    if (!signature.isEmpty() && parts.path(parts.size() - 1) instanceof ObjectNode last) {
      last.put("thoughtSignature", signature);
    }
    // Of calls made together only the first carries a signature.
    boolean isToBeSigned =
        family.wantsSignatures()
            && assistant.toolCalls().stream()
                .allMatch(call -> signatureOf(call.source()).isEmpty());
    for (var call : assistant.toolCalls()) {
      var part = callPart(call);
      if (isToBeSigned) {
        part.put("thoughtSignature", SIGNATURE_LOST);
        isToBeSigned = false;
      }
      parts.add(part);
    }
    append(MODEL, parts);
    calls =
        assistant.toolCalls().stream()
            .collect(
                Collectors.toMap(
                    ToolCall::id, Function.identity(), (one, other) -> other, LinkedHashMap::new));
  }

  private static ObjectNode callPart(ToolCall call) {
    var part = Json.MAPPER.createObjectNode();
    var function = part.putObject("functionCall");
    putId(function, call.id());
    function.put("name", call.name());
    function.set("args", call.argumentsTree());
    var signature = signatureOf(call.source());
    if (!signature.isEmpty()) {
      part.put("thoughtSignature", signature);
    }
    return part;
  }

  /** The turn of results, once no more can come. */
  private void endResults() {
    if (calls.isEmpty()) {
      return;
    }
    if (!results.keySet().containsAll(calls.keySet())) {
      fail("A message with 'tool_calls' must be followed by a message of role 'tool' for each.");
      return;
    }
    var parts = Json.MAPPER.createArrayNode();
    for (var call : calls.values()) {
      var part = parts.addObject().putObject("functionResponse");
      putId(part, call.id());
      part.put("name", call.name());
      var result = results.get(call.id());
      part.putObject("response").set("output", output(result == null ? List.of() : result.parts()));
    }
    // A content of its own: results and what the user says next are not to be mixed.
    contents.add(content(USER, parts));
    calls = Map.of();
    results.clear();
  }

  private JsonNode output(List<Part> parts) {
    if (!parts.stream().allMatch(Part.Text.class::isInstance)) {
      check.refuse("messages", "images or files in tool results");
    }
    var text = ChatBody.textOf(parts);
    try {
      var tree = Json.MAPPER.readTree(text);
      if (tree.isContainerNode()) {
        return tree;
      }
    } catch (IOException e) {
      // Most tools say text.
    }
    return Json.MAPPER.getNodeFactory().textNode(text);
  }

  private ArrayNode parts(List<Part> parts) {
    var all = Json.MAPPER.createArrayNode();
    for (var part : parts) {
      switch (part) {
        case Part.Text text -> addText(all, text.text());
        case Part.Refusal refusal -> addText(all, refusal.text());
        case Part.Audio audio -> all.add(MediaParts.audio(audio.format(), audio.base64()));
        case Part.Image image ->
            media
                .part(image.content())
                .ifPresentOrElse(all::add, () -> check.refuse("messages", "this image"));
        case Part.File file ->
            media
                .part(file.content())
                .ifPresentOrElse(all::add, () -> check.refuse("messages", "uploaded files"));
      }
    }
    return all;
  }

  private static void addText(ArrayNode parts, String text) {
    if (!text.isEmpty()) {
      parts.addObject().put("text", text);
    }
  }

  private void append(String role, ArrayNode parts) {
    if (parts.isEmpty()) {
      return;
    }
    if (contents.isEmpty() && role.equals(MODEL)) {
      var beginning = Json.MAPPER.createArrayNode();
      addText(beginning, BEGINNING);
      contents.add(content(USER, beginning));
    }
    var last = contents.path(contents.size() - 1);
    boolean isResults = last.path("parts").path(0).has("functionResponse");
    if (last.path("role").asText().equals(role) && !isResults) {
      ((ArrayNode) last.path("parts")).addAll(parts);
    } else {
      contents.add(content(role, parts));
    }
  }

  private static ObjectNode content(String role, ArrayNode parts) {
    return Json.MAPPER.createObjectNode().put("role", role).set("parts", parts);
  }

  /** Ids that Google did not give mean nothing to it. */
  private static void putId(ObjectNode node, String id) {
    if (!id.isEmpty() && !id.startsWith(GoogleAnswer.MINTED)) {
      node.put("id", id);
    }
  }

  private static String signatureOf(ObjectNode source) {
    return source.path("extra_content").path("google").path("thought_signature").asText("");
  }

  private void fail(String message) {
    if (failure == null) {
      failure = ProviderFailures.invalid("messages", message);
    }
  }
}
