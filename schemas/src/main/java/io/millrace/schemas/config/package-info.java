/**
 * The configuration file as values: what an operator may say, its defaults and its limits. The
 * services share the file as they share the topics.
 */
@NullMarked
package io.millrace.schemas.config;

import org.jspecify.annotations.NullMarked;
