package io.millrace.workers.anthropic;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.workers.canonical.ChatBody.CacheMark;
import io.millrace.workers.canonical.ChatBody.Content;
import io.millrace.workers.canonical.ChatBody.Part;
import io.millrace.workers.canonical.Json;
import io.millrace.workers.canonical.ParameterCheck;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the parts of a message as Anthropic's content blocks. */
final class ContentBlocks {

  private static final Set<String> TTLS = Set.of("5m", "1h");

  private final ParameterCheck check;

  ContentBlocks(ParameterCheck check) {
    this.check = check;
  }

  /** Blocks in order; blank texts, which Anthropic refuses, are left out. */
  ArrayNode of(List<Part> parts) {
    var blocks = Json.MAPPER.createArrayNode();
    for (var part : parts) {
      var block =
          switch (part) {
            case Part.Text said -> textOrNull(said.text());
            case Part.Refusal refusal -> textOrNull(refusal.text());
            case Part.Image image -> image(image.content());
            case Part.File file -> file(file);
            case Part.Audio audio -> refused("audio input");
          };
      if (block != null) {
        mark(block, part.cache());
        blocks.add(block);
      }
    }
    return blocks;
  }

  static ObjectNode text(String text) {
    return Json.MAPPER.createObjectNode().put("type", "text").put("text", text);
  }

  /** Adds the client's wish to cache what ends here. */
  static void mark(ObjectNode block, @Nullable CacheMark mark) {
    if (mark != null) {
      var control = block.putObject("cache_control").put("type", "ephemeral");
      if (TTLS.contains(mark.ttl())) {
        control.put("ttl", mark.ttl());
      }
    }
  }

  private static @Nullable ObjectNode textOrNull(String text) {
    return text.isBlank() ? null : text(text);
  }

  private @Nullable ObjectNode image(Content content) {
    return switch (content) {
      case Content.Inline inline -> inline("image", mediaType(inline.mediaType()), inline);
      case Content.Remote remote -> remote("image", remote);
      case Content.Uploaded uploaded -> refused("uploaded images");
    };
  }

  private @Nullable ObjectNode file(Part.File file) {
    var block =
        switch (file.content()) {
          case Content.Inline inline -> document(inline);
          case Content.Remote remote -> remote("document", remote);
          case Content.Uploaded uploaded -> refused("uploaded files");
        };
    if (block != null && !file.name().isBlank() && "document".equals(block.path("type").asText())) {
      block.put("title", file.name());
    }
    return block;
  }

  private @Nullable ObjectNode document(Content.Inline inline) {
    var mediaType = mediaType(inline.mediaType());
    if (mediaType.equals("application/pdf")) {
      return inline("document", mediaType, inline);
    }
    if (mediaType.startsWith("image/")) {
      return inline("image", mediaType, inline);
    }
    if (!mediaType.startsWith("text/")) {
      return refused("files of type " + mediaType);
    }
    try {
      var text =
          new String(Base64.getMimeDecoder().decode(inline.base64()), StandardCharsets.UTF_8);
      var block = Json.MAPPER.createObjectNode().put("type", "document");
      block
          .putObject("source")
          .put("type", "text")
          .put("media_type", "text/plain")
          .put("data", text);
      return block;
    } catch (IllegalArgumentException notBase64) {
      return refused("files that are not base64");
    }
  }

  private static ObjectNode inline(String type, String mediaType, Content.Inline inline) {
    var block = Json.MAPPER.createObjectNode().put("type", type);
    block
        .putObject("source")
        .put("type", "base64")
        .put("media_type", mediaType)
        .put("data", inline.base64());
    return block;
  }

  private static ObjectNode remote(String type, Content.Remote remote) {
    var block = Json.MAPPER.createObjectNode().put("type", type);
    block.putObject("source").put("type", "url").put("url", remote.url());
    return block;
  }

  private @Nullable ObjectNode refused(String what) {
    check.refuse("messages", what);
    return null;
  }

  private static String mediaType(String written) {
    var mediaType = written.toLowerCase(Locale.ROOT);
    return mediaType.equals("image/jpg") ? "image/jpeg" : mediaType;
  }
}
