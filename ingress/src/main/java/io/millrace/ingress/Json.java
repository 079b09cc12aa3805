package io.millrace.ingress;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reading and writing JSON as all of ingress does it. */
public final class Json {

  static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** Reads a value inside a larger text; what follows it is its caller's business. */
  static final ObjectMapper INNER = new JsonMapper();

  private Json() {}

  /** What a client sent, as a tree that is an object. */
  public static Checked<JsonNode> parseObject(byte[] bytes) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(bytes);
    } catch (JsonProcessingException e) {
      return Checked.refused(notParsed(e));
    } catch (IOException e) {
      return Checked.refused(ApiError.of(ApiError.Kind.INVALID_JSON, NOT_PARSED));
    }
    return tree.isObject()
        ? Checked.ok(tree)
        : Checked.refused(
            ApiError.of(ApiError.Kind.INVALID_JSON, NOT_PARSED + " It must be a JSON object."));
  }

  /** What an empty body says. */
  public static Checked<JsonNode> emptyObject() {
    return Checked.ok(MAPPER.createObjectNode());
  }

  private static final String NOT_PARSED =
      "We could not parse the JSON body of your request. (HINT: This likely means you aren't using"
          + " your HTTP library correctly. The API expects a JSON payload.)";

  /** Where the text stopped being JSON; never the text. */
  static ApiError notParsed(JsonProcessingException e) {
    var at = e.getLocation();
    var where =
        at == null ? "" : " It breaks at line " + at.getLineNr() + ", column " + at.getColumnNr();
    return ApiError.of(ApiError.Kind.INVALID_JSON, NOT_PARSED + where);
  }

  /** What fills an object. */
  @FunctionalInterface
  public interface Writing {
    void to(JsonGenerator json) throws IOException;
  }

  /** The bytes of what {@code writing} writes. */
  public static byte[] bytes(Writing writing) {
    var out = new ByteArrayOutputStream(512);
    try (var json = MAPPER.createGenerator(out)) {
      writing.to(json);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return out.toByteArray();
  }

  /** A body that is JSON already, or null when there is none. */
  static void writeRaw(JsonGenerator json, String name, ByteBuffer body) throws IOException {
    json.writeFieldName(name);
    if (!body.hasRemaining()) {
      json.writeNull();
    } else {
      json.writeRawValue(StandardCharsets.UTF_8.decode(body.duplicate()).toString());
    }
  }

  static void writeTags(JsonGenerator json, Map<String, String> tags) throws IOException {
    json.writeObjectFieldStart("tags");
    for (var tag : tags.entrySet()) {
      json.writeStringField(tag.getKey(), tag.getValue());
    }
    json.writeEndObject();
  }

  /** Money as text, without trailing zeros and never with an exponent. */
  public static String usd(BigDecimal amount) {
    return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
  }
}
