package io.millrace.workers.canonical;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.Media;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;

/**
 * Puts the bytes of files in the place of their ids: in chats as the file data of a file part, in
 * Responses as that of an input file or as the URL of an input image.
 */
public final class FileInlining {

  private static final String FILE_ID = "file_id";
  private static final String FILE_DATA = "file_data";
  private static final String FILENAME = "filename";
  private static final String UNKNOWN = "application/octet-stream";
  private static final Map<String, String> TYPES =
      Map.ofEntries(
          Map.entry("pdf", "application/pdf"),
          Map.entry("json", "application/json"),
          Map.entry("jsonl", "application/jsonl"),
          Map.entry("txt", "text/plain"),
          Map.entry("md", "text/markdown"),
          Map.entry("csv", "text/csv"),
          Map.entry("html", "text/html"),
          Map.entry("xml", "text/xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("gif", "image/gif"),
          Map.entry("webp", "image/webp"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("wav", "audio/wav"),
          Map.entry(
              "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
          Map.entry("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
          Map.entry(
              "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"));

  private FileInlining() {}

  /** A file as it goes to a provider. */
  public record File(String filename, Media media) {}

  /** The media type that a filename promises. */
  public static String typeOf(String filename) {
    var ending = filename.substring(filename.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return TYPES.getOrDefault(ending, UNKNOWN);
  }

  /**
   * The body with the files in it.
   *
   * @param files by their ids; other ids stay as they are
   */
  public static ByteBuffer inline(ByteBuffer body, Map<String, File> files) {
    try {
      var tree = Json.MAPPER.readTree(Json.bytes(body));
      walk(tree, files);
      return ByteBuffer.wrap(Json.MAPPER.writeValueAsBytes(tree));
    } catch (JsonProcessingException e) {
      // Ingress has read it before.
      throw new IllegalStateException("body is no JSON", e);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
  }

  private static void walk(JsonNode node, Map<String, File> files) {
    if (node instanceof ObjectNode object) {
      switch (object.path("type").asText()) {
        case "file" -> inFilePart(object.path("file"), files);
        case "input_file" -> inFilePart(object, files);
        case "input_image" -> inImage(object, files);
        default -> {}
      }
    }
    node.forEach(child -> walk(child, files));
  }

  private static void inFilePart(JsonNode part, Map<String, File> files) {
    var file = files.get(part.path(FILE_ID).asText());
    if (part instanceof ObjectNode fields && file != null) {
      fields.remove(FILE_ID);
      fields.put(FILE_DATA, dataUrl(file));
      if (!fields.hasNonNull(FILENAME)) {
        fields.put(FILENAME, file.filename());
      }
    }
  }

  private static void inImage(ObjectNode part, Map<String, File> files) {
    var file = files.get(part.path(FILE_ID).asText());
    if (file != null) {
      part.remove(FILE_ID);
      part.put("image_url", dataUrl(file));
    }
  }

  private static String dataUrl(File file) {
    return "data:" + file.media().mediaType() + ";base64," + file.media().base64();
  }
}
