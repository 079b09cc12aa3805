package io.millrace.workers.bedrock;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.millrace.workers.Media;
import io.millrace.workers.canonical.ChatBody;
import io.millrace.workers.canonical.ChatBody.Content;
import io.millrace.workers.canonical.ChatBody.Part;
import io.millrace.workers.canonical.ParameterCheck;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes parts of messages as Converse's content blocks; bytes travel as base64. */
final class ConverseContent {

  private static final Map<String, String> IMAGE_FORMATS =
      Map.of(
          "image/png", "png",
          "image/jpeg", "jpeg",
          "image/jpg", "jpeg",
          "image/gif", "gif",
          "image/webp", "webp");

  private static final Map<String, String> DOCUMENT_FORMATS =
      Map.of(
          "application/pdf", "pdf",
          "text/csv", "csv",
          "text/html", "html",
          "text/plain", "txt",
          "text/markdown", "md",
          "application/msword", "doc",
          "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx",
          "application/vnd.ms-excel", "xls",
          "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx");

  private static final List<String> AUDIO_FORMATS = List.of("wav", "mp3");

  private final Map<String, Media> media;
  private final ParameterCheck check;
  private final DocumentNames names = new DocumentNames();

  /**
   * @param media what was fetched, by URL
   */
  ConverseContent(Map<String, Media> media, ParameterCheck check) {
    this.media = media;
    this.check = check;
  }

  /** Adds a block for each part that says something; Converse takes no empty text. */
  void add(List<Part> parts, ArrayNode content) {
    for (var part : parts) {
      switch (part) {
        case Part.Text text -> addText(text.text(), content);
        case Part.Refusal refusal -> addText(refusal.text(), content);
        case Part.Image image -> addImage(image.content(), content);
        case Part.Audio audio -> addAudio(audio, content);
        case Part.File file -> addDocument(file, content);
      }
      addCachePoint(part.cache(), content);
    }
  }

  static void addText(String text, ArrayNode content) {
    if (!text.isBlank()) {
      content.addObject().put("text", text);
    }
  }

  /** Whatever stands before the point is cached; a point before everything is none. */
  static void addCachePoint(ChatBody.@Nullable CacheMark mark, ArrayNode content) {
    if (mark == null || content.isEmpty()) {
      return;
    }
    var point = content.addObject().putObject("cachePoint").put("type", "default");
    // Five minutes or an hour is all there is, and five minutes is the default.
    if (mark.ttl().equals("1h") || mark.ttl().equals("30m")) {
      point.put("ttl", "1h");
    }
  }

  private void addImage(Content content, ArrayNode blocks) {
    var bytes = bytesOf(content);
    var format = bytes.map(one -> IMAGE_FORMATS.getOrDefault(mediaType(one), "")).orElse("");
    if (bytes.isEmpty() || format.isEmpty()) {
      check.refuse("messages", "images other than PNG, JPEG, GIF and WebP");
      return;
    }
    var image = blocks.addObject().putObject("image").put("format", format);
    image.putObject("source").put("bytes", bytes.get().base64());
  }

  private void addAudio(Part.Audio part, ArrayNode blocks) {
    if (!AUDIO_FORMATS.contains(part.format())) {
      check.refuse("messages", "audio other than wav and mp3");
      return;
    }
    var audio = blocks.addObject().putObject("audio").put("format", part.format());
    audio.putObject("source").put("bytes", part.base64());
  }

  private void addDocument(Part.File file, ArrayNode blocks) {
    var bytes = bytesOf(file.content());
    if (bytes.isEmpty()) {
      check.refuse("messages", "files by id");
      return;
    }
    var format = DOCUMENT_FORMATS.getOrDefault(mediaType(bytes.get()), "");
    if (format.isEmpty()) {
      check.refuse("messages", "files of this media type");
      return;
    }
    var document = blocks.addObject().putObject("document").put("format", format);
    document.put("name", names.next(file.name()));
    document.putObject("source").put("bytes", bytes.get().base64());
  }

  private Optional<Media> bytesOf(Content content) {
    return switch (content) {
      case Content.Inline inline -> Optional.of(new Media(inline.mediaType(), inline.base64()));
      case Content.Remote remote -> Optional.ofNullable(media.get(remote.url()));
      case Content.Uploaded uploaded -> Optional.empty();
    };
  }

  private static String mediaType(Media media) {
    return media.mediaType().toLowerCase(Locale.ROOT);
  }
}
