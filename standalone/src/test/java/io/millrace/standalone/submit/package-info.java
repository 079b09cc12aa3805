@NullMarked
package io.millrace.standalone.submit;

import org.jspecify.annotations.NullMarked;
