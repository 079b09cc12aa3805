package io.millrace.standalone.submit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/** What the client itself needs to know of a batch line. */
final class BatchLine {

  private static final JsonFactory JSON = new JsonFactory();

  private BatchLine() {}

  /**
   * The line's {@code custom_id}; empty when it has none or is no JSON object, which the server
   * will say better.
   */
  static Optional<String> customId(byte[] line) {
    try (var parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean isSought = parser.currentName().equals("custom_id");
        var value = parser.nextToken();
        if (isSought) {
          return value == JsonToken.VALUE_STRING ? Optional.of(parser.getText()) : Optional.empty();
        }
        parser.skipChildren();
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
