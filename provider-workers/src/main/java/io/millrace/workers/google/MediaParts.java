package io.millrace.workers.google;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.Media;
import io.millrace.workers.canonical.ChatBody.Content;
import io.millrace.workers.canonical.Json;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Parts that are no text. Bytes go inside the request; what Google can reach itself, in Cloud
 * Storage, of its Files API and on YouTube, goes by its address.
 */
final class MediaParts {

  private static final Pattern OWN_FILE =
      Pattern.compile(
          "gs://.+|https://generativelanguage\\.googleapis\\.com/v1[a-z0-9]*/files/.+"
              + "|https://(www\\.)?youtube\\.com/watch\\?.+|https://youtu\\.be/.+");
  private static final Map<String, String> MEDIA_TYPES =
      Map.ofEntries(
          Map.entry("pdf", "application/pdf"),
          Map.entry("txt", "text/plain"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("webp", "image/webp"),
          Map.entry("heic", "image/heic"),
          Map.entry("mp3", "audio/mp3"),
          Map.entry("wav", "audio/wav"),
          Map.entry("mp4", "video/mp4"));
  private static final String VIDEO = "video/mp4";

  private final Map<String, Media> fetched;

  MediaParts(Map<String, Media> fetched) {
    this.fetched = Map.copyOf(fetched);
  }

  /** True of an address that Google reads itself. */
  static boolean isOwnFile(String url) {
    return OWN_FILE.matcher(url).matches();
  }

  /** The part of an image or a file; empty when there is nothing that Google could read. */
  Optional<ObjectNode> part(Content content) {
    return switch (content) {
      case Content.Inline inline -> Optional.of(inline(inline.mediaType(), inline.base64()));
      case Content.Remote remote -> remote(remote.url());
      case Content.Uploaded uploaded -> uploaded(uploaded.fileId());
    };
  }

  static ObjectNode audio(String format, String base64) {
    return inline("audio/" + format, base64);
  }

  private Optional<ObjectNode> remote(String url) {
    if (isOwnFile(url)) {
      return Optional.of(file(url));
    }
    return Optional.ofNullable(fetched.get(url))
        .map(media -> inline(media.mediaType(), media.base64()));
  }

  /** A client may name a file of Google's by its address where OpenAI has an id. */
  private static Optional<ObjectNode> uploaded(String fileId) {
    return isOwnFile(fileId) ? Optional.of(file(fileId)) : Optional.empty();
  }

  private static ObjectNode inline(String mediaType, String base64) {
    var part = Json.MAPPER.createObjectNode();
    part.putObject("inlineData").put("mimeType", mediaType).put("data", base64);
    return part;
  }

  private static ObjectNode file(String url) {
    var part = Json.MAPPER.createObjectNode();
    var data = part.putObject("fileData");
    mediaTypeOf(url).ifPresent(mediaType -> data.put("mimeType", mediaType));
    data.put("fileUri", url);
    return part;
  }

  private static Optional<String> mediaTypeOf(String url) {
    if (url.contains("youtu")) {
      return Optional.of(VIDEO);
    }
    var name = url.substring(url.lastIndexOf('/') + 1);
    var ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return Optional.ofNullable(MEDIA_TYPES.get(ending));
  }
}
