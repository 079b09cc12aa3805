package io.millrace.workers.canonical;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * An embeddings request in Millrace's own form, read for adapters that write another.
 *
 * @param fields the whole request
 * @param texts what to embed, in order; empty when the client gave LLM tokens
 */
public record EmbeddingsBody(ObjectNode fields, List<String> texts) {

  /**
   * @throws IOException when the body is not a JSON object
   */
  public static EmbeddingsBody read(byte[] body) throws IOException {
    if (!(Json.MAPPER.readTree(body) instanceof ObjectNode fields)) {
      throw new IOException("not an object");
    }
    var texts = new ArrayList<String>();
    var input = fields.path("input");
    if (input.isTextual()) {
      texts.add(input.asText());
    }
    for (var one : input) {
      if (one.isTextual()) {
        texts.add(one.asText());
      }
    }
    return new EmbeddingsBody(fields, List.copyOf(texts));
  }

  public OptionalInt dimensions() {
    var dimensions = fields.path("dimensions");
    return dimensions.isInt() ? OptionalInt.of(dimensions.asInt()) : OptionalInt.empty();
  }

  /** True when the client wants vectors as base64 of little-endian floats. */
  public boolean isBase64() {
    return fields.path("encoding_format").asText().equals("base64");
  }

  /** The texts in groups of at most so many, in order. */
  public List<List<String>> split(int textsMax) {
    var groups = new ArrayList<List<String>>();
    for (int from = 0; from < texts.size(); from += textsMax) {
      groups.add(texts.subList(from, Math.min(texts.size(), from + textsMax)));
    }
    return groups;
  }

  /** Leaves the texts out, which are prompts. */
  @Override
  public String toString() {
    return "EmbeddingsBody[" + texts.size() + " texts]";
  }
}
