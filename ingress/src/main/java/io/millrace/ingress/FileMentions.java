package io.millrace.ingress;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the files that a body names by their ids: file parts of a chat, input files and input
 * images of Responses.
 */
public final class FileMentions {

  private static final String FILE_ID = "file_id";

  private final List<Mention> found = new ArrayList<>();

  /**
   * A file that is named.
   *
   * @param param path of the field that names it
   */
  public record Mention(String fileId, String param) {}

  private FileMentions() {}

  public static List<Mention> in(JsonNode body) {
    var mentions = new FileMentions();
    mentions.walk(body, "");
    return mentions.found;
  }

  /** The same for the bytes of a body, which is JSON; looks closely only where it must. */
  public static List<Mention> in(ByteBuffer body) {
    var text = StandardCharsets.ISO_8859_1.decode(body.duplicate());
    if (!text.toString().contains(FILE_ID)) {
      return List.of();
    }
    var bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    try {
      return in(Json.MAPPER.readTree(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("body was read before", e);
    }
  }

  private void walk(JsonNode node, String path) {
    if (node.isObject()) {
      mention(node, path);
      node.properties()
          .forEach(
              field ->
                  walk(
                      field.getValue(),
                      path.isEmpty() ? field.getKey() : path + "." + field.getKey()));
    } else if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        walk(node.get(i), path + "[" + i + "]");
      }
    }
  }

  private void mention(JsonNode node, String path) {
    switch (node.path("type").asText()) {
      case "file" -> add(node.path("file"), path + ".file");
      case "input_file", "input_image" -> add(node, path);
      default -> {}
    }
  }

  private void add(JsonNode part, String path) {
    if (part.path(FILE_ID).isTextual()) {
      found.add(new Mention(part.path(FILE_ID).textValue(), path + "." + FILE_ID));
    }
  }
}
