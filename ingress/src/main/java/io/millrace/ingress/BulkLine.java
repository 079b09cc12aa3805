package io.millrace.ingress;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.millrace.ingress.ApiError.Kind;
import io.millrace.ingress.RequestOptions.Option;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A line of a batch: OpenAI's {@code {custom_id, method, url, body}} and the request options as
 * fields. The body is kept as the bytes that the client wrote.
 */
public final class BulkLine {

  private static final int CUSTOM_ID_LENGTH_MAX = 512;

  private final byte[] line;
  private JsonNode rest = JsonNodeFactory.instance.objectNode();
  private @Nullable JsonNode bodyTree;
  private int bodyStart;
  private int bodyEnd;

  private BulkLine(byte[] line) {
    this.line = line;
  }

  /**
   * The request in a line.
   *
   * @param options what the line itself says; other options are the call's
   */
  public record Parsed(
      String customId, Endpoint endpoint, ModelCall call, ByteBuffer body, JsonNode options) {

    /** The text of an option of this line. */
    public Optional<String> option(Option option) {
      var field = options.path(option.field());
      if (field.isObject()) {
        return Optional.of(
            field.properties().stream()
                .map(tag -> tag.getKey() + "=" + tag.getValue().asText())
                .collect(Collectors.joining(",")));
      }
      return field.isMissingNode() || field.isNull()
          ? Optional.empty()
          : Optional.of(field.asText());
    }
  }

  /** The custom_id if the line can be read that far, and the request or what is wrong with it. */
  public record Read(@Nullable String customId, Checked<Parsed> parsed) {}

  public static Read read(byte[] line) {
    var reading = new BulkLine(line);
    try {
      reading.split();
    } catch (JsonProcessingException e) {
      return new Read(null, Checked.refused(Json.notParsed(e)));
    } catch (IOException e) {
      return new Read(
          null, Checked.refused(ApiError.of(Kind.INVALID_JSON, "The line is not JSON.")));
    }
    return new Read(reading.rest.path("custom_id").textValue(), reading.parsed());
  }

  private void split() throws IOException {
    var fields = JsonNodeFactory.instance.objectNode();
    try (JsonParser parser = Json.INNER.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new com.fasterxml.jackson.core.JsonParseException(parser, "not an object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        var name = parser.currentName();
        parser.nextToken();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        JsonNode value = Json.INNER.readTree(parser);
        if (name.equals("body")) {
          bodyTree = value;
          bodyStart = start;
          bodyEnd = (int) parser.currentLocation().getByteOffset();
        } else {
          fields.set(name, value);
        }
      }
      if (parser.nextToken() != null) {
        throw new com.fasterxml.jackson.core.JsonParseException(parser, "more than an object");
      }
    }
    rest = fields;
  }

  private Checked<Parsed> parsed() {
    var fields = new FieldChecks();
    var customId = fields.requiredText(rest, "custom_id", "custom_id");
    if (customId.length() > CUSTOM_ID_LENGTH_MAX) {
      fields.fail(
          Kind.STRING_TOO_LONG,
          "custom_id",
          "Invalid 'custom_id': expected at most 512 characters, but got " + customId.length());
    }
    var method = fields.text(rest, "method", "method").orElse("POST");
    if (!method.equals("POST")) {
      fields.fail(
          Kind.INVALID_VALUE,
          "method",
          "Invalid value for 'method': '%s'. It must be POST.".formatted(ApiError.shown(method)));
    }
    var url = fields.requiredText(rest, "url", "url");
    var endpoint = Endpoint.ofPath(url);
    if (endpoint.isEmpty()) {
      fields.fail(
          Kind.INVALID_VALUE,
          "url",
          "Invalid value for 'url': '%s'. Supported values are: %s."
              .formatted(
                  ApiError.shown(url),
                  Arrays.stream(Endpoint.values())
                      .map(Endpoint::path)
                      .collect(Collectors.joining(", "))));
    }
    var tree = bodyTree;
    if (tree == null) {
      fields.missing("body");
    } else if (!tree.isObject()) {
      fields.wrongType("body", "an object", tree);
    } else if (tree.path("stream").asBoolean(false)) {
      fields.fail(Kind.INVALID_VALUE, "body.stream", "A line of a batch cannot stream its answer.");
    }
    return fields
        .result(endpoint::orElseThrow)
        .then(known -> inLine(known, customId, tree == null ? rest : tree));
  }

  private Checked<Parsed> inLine(Endpoint endpoint, String customId, JsonNode tree) {
    var body = ByteBuffer.wrap(line, bodyStart, bodyEnd - bodyStart).slice();
    return switch (endpoint.checkLine(tree, body.remaining())) {
      case Checked.Ok<ModelCall> ok ->
          Checked.ok(new Parsed(customId, endpoint, ok.value(), body, rest));
      case Checked.Refused<ModelCall> refused -> Checked.refused(refused.error().inside("body"));
    };
  }
}
